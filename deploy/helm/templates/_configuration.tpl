{{/* The exporter's configuration, its secrets, and what values may not contain. */}}

{{- define "whatsapp.configuration" -}}
{{- $accounts := list }}
{{- range .Values.accounts }}
{{- $account := dict "name" .name }}
{{- $file := printf "/run/secrets/whatsapp/%s" .name }}
{{- if .clientId }}
{{- $account = merge $account (dict "client_id" .clientId "client_secret_file" $file) }}
{{- else }}
{{- $_ := set $account "access_token_file" $file }}
{{- end }}
{{- $accounts = append $accounts (merge $account (.config | default dict)) }}
{{- end }}
{{- $links := dict }}
{{- with .Values.grafanaUrl }}
{{- $links = dict "web" (dict "grafana_url" .) }}
{{- end }}
{{- toYaml (merge (dict "accounts" $accounts) (deepCopy .Values.config) $links) }}
{{- end }}

{{/* One file for each account, named after it. */}}
{{- define "whatsapp.secretSources" -}}
{{- $sources := list }}
{{- range .Values.accounts }}
{{- $key := .name }}
{{- if .existingSecret }}
{{- $key = .secretKey | default (ternary "client-secret" "access-token" (hasKey . "clientId")) }}
{{- end }}
{{- $item := dict "key" $key "path" .name }}
{{- $secret := dict "name" (.existingSecret | default (include "whatsapp.name" $)) "items" (list $item) }}
{{- $sources = append $sources (dict "secret" $secret) }}
{{- end }}
{{- toYaml $sources }}
{{- end }}

{{- define "whatsapp.check" -}}
{{- with .Values }}
{{- if not .accounts }}
{{- fail "accounts: give at least one, such as [{ name: default, clientId: ..., existingSecret: ... }]" }}
{{- end }}
{{- $names := list }}
{{- range .accounts }}
{{- if has .name $names }}
{{- fail (printf "accounts: the name %q is used twice" .name) }}
{{- end }}
{{- $names = append $names .name }}
{{- if eq (hasKey . "clientSecret") (hasKey . "existingSecret") }}
{{- fail (printf "accounts: %q needs either clientSecret or existingSecret" .name) }}
{{- end }}
{{- end }}
{{- range $key, $instead := dict "accounts" "accounts" "sharding" "shards" }}
{{- if hasKey $.Values.config $key }}
{{- fail (printf "config.%s: use the value `%s` of the chart instead" $key $instead) }}
{{- end }}
{{- end }}
{{- range $key, $instead := dict "listen_address" "service" "systemd_socket" "service" "config_file" "webConfig" }}
{{- if hasKey ($.Values.config.web | default dict) $key }}
{{- fail (printf "config.web.%s: use the value `%s` of the chart instead" $key $instead) }}
{{- end }}
{{- end }}
{{- if hasKey (.config.privacy | default dict) "hash_key" }}
{{- fail "config.privacy.hash_key: everybody could read it in the ConfigMap; set WHATSAPP_PRIVACY_HASH_KEY in `env`, from a Secret" }}
{{- end }}
{{- if and (ne .webConfig.tls "none") (not .webConfig.existingSecret) }}
{{- fail (printf "webConfig.tls is %q, but webConfig.existingSecret names no web.yml" .webConfig.tls) }}
{{- end }}
{{- if include "whatsapp.isSharded" $ }}
{{- if ne (int .replicas) 1 }}
{{- fail "replicas: shards have one pod each; remove `replicas` or `shards`" }}
{{- end }}
{{- if or .ingress.enabled .httpRoute.enabled }}
{{- fail "ingress, httpRoute: with shards, each pod shows its own accounts only, so one address would show now these and now those" }}
{{- end }}
{{- end }}
{{- if and .ingress.enabled (not .ingress.host) }}
{{- fail "ingress.host: give the host name of the status page" }}
{{- end }}
{{- if and .httpRoute.enabled (not .httpRoute.parentRefs) }}
{{- fail "httpRoute.parentRefs: give at least one Gateway" }}
{{- end }}
{{- if and .serviceMonitor.enabled .scrapeAnnotations }}
{{- fail "serviceMonitor, scrapeAnnotations: enable one, or every pod is scraped twice" }}
{{- end }}
{{- end }}
{{- end }}
