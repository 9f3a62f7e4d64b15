{{/* Names, labels and metadata of the resources. */}}

{{- define "whatsapp.name" -}}
{{- $release := printf "%s-%s" .Release.Name .Chart.Name }}
{{- if contains .Chart.Name .Release.Name }}
{{- $release = .Release.Name }}
{{- end }}
{{- /* Leaves room for the suffixes of resources and pods. */}}
{{- .Values.fullnameOverride | default $release | trunc 45 | trimSuffix "-" }}
{{- end }}

{{- define "whatsapp.serviceAccount" -}}
{{- $default := ternary (include "whatsapp.name" .) "default" .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default $default }}
{{- end }}

{{- define "whatsapp.isSharded" -}}
{{- if gt (int .Values.shards) 1 }}true{{ end }}
{{- end }}

{{/* A Service cannot become headless, so that of shards has another name. */}}
{{- define "whatsapp.service" -}}
{{- include "whatsapp.name" . }}{{ if include "whatsapp.isSharded" . }}-shards{{ end }}
{{- end }}

{{- define "whatsapp.image" -}}
{{- with .Values.image }}
{{- .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- define "whatsapp.podSelector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: exporter
{{- end }}

{{- define "whatsapp.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{ include "whatsapp.podSelector" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "whatsapp.metadata" -}}
name: {{ include "whatsapp.name" . }}
namespace: {{ .Release.Namespace }}
labels: {{- include "whatsapp.labels" . | nindent 2 }}
{{- end }}

{{/* (list . NAME): the same with another name. */}}
{{- define "whatsapp.metadataOf" -}}
{{- $metadata := include "whatsapp.metadata" (index . 0) | fromYaml }}
{{- set $metadata "name" (index . 1) | toYaml }}
{{- end }}
