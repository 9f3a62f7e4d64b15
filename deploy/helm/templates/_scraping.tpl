{{/* How the port is asked: by Prometheus and by the kubelet. */}}

{{- define "whatsapp.metricsPath" -}}
{{ dig "web" "telemetry_path" "/metrics" .Values.config }}
{{- end }}

{{/* (list . PATH): the kubelet has no client certificate, so with `mutual` it only connects. */}}
{{- define "whatsapp.probe" -}}
{{- $tls := (index . 0).Values.webConfig.tls }}
{{- if eq $tls "mutual" -}}
tcpSocket:
  port: http
{{- else -}}
httpGet:
  path: {{ index . 1 }}
  port: http
  {{- if eq $tls "server" }}
  scheme: HTTPS
  {{- end }}
{{- end }}
{{- end }}
