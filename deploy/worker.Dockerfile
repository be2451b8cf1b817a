# syntax=docker/dockerfile:1
# The worker, on CPUs. Build from the repository's root:
#   docker build -f deploy/worker.Dockerfile -t cropline-worker .

ARG NODE_IMAGE=node:22.23.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY . .
# Everything, to compile; then only what the worker needs to run. No package needs its install script.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund \
 && node_modules/.bin/tsc -b apps/worker \
 && npm ci --ignore-scripts --no-audit --no-fund --omit=dev --workspace=@cropline/worker \
 && find apps libs -type d -name src -prune -exec rm -rf {} +

FROM ${NODE_IMAGE}
ENV NODE_ENV=production CROPLINE_HEALTH_PORT=8080 CROPLINE_CACHE_DIR=/var/cache/cropline
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/libs ./libs
COPY --from=build /app/apps/worker ./apps/worker
RUN install -d -o node -g node /var/cache/cropline
VOLUME /var/cache/cropline
USER node
EXPOSE 8080
# It is ready once the weights are there and it has warmed up; the first start fetches them.
HEALTHCHECK --interval=10s --timeout=5s --start-period=180s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CROPLINE_HEALTH_PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "apps/worker/dist/main.js"]
