ARG NODE=node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev

FROM ${NODE}
ARG REVISION=unknown
LABEL org.opencontainers.image.title="whatsapp-numbers-exporter" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production WHATSAPP_EXPORTER_REVISION=${REVISION}
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# What `assets` writes.
COPY deploy deploy
COPY grafana grafana
COPY prometheus prometheus
COPY mixin.libsonnet ./
# The user `node` of the base image. Kubernetes' runAsNonRoot requires a number.
USER 1000:1000
EXPOSE 10972
# Checks the port in WHATSAPP_WEB_LISTEN_ADDRESS on 127.0.0.1 over HTTP. If the port is set by a flag or a file, or
# if the exporter uses another host, a Unix socket or TLS, set --health-cmd or --no-healthcheck; see
# deploy/README.md. Kubernetes uses its own probes.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${(process.env.WHATSAPP_WEB_LISTEN_ADDRESS || ':10972').split(':').pop()}/-/healthy`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# V8's young generation, up to 32 MiB, is of no use here: docs/performance.md.
ENTRYPOINT ["node", "--max-semi-space-size=2", "dist/main.js"]
