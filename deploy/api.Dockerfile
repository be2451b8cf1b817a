# syntax=docker/dockerfile:1
# The HTTP API: no model and no GPU runtime is in it. Build from the repository's root:
#   docker build -f deploy/api.Dockerfile -t cropline-api .

ARG NODE_IMAGE=node:22.23.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY . .
# Everything, to compile; then only what the API needs to run. No package needs its install script.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund \
 && node_modules/.bin/tsc -b apps/api \
 && npm ci --ignore-scripts --no-audit --no-fund --omit=dev --workspace=@cropline/api \
 && find apps libs -type d -name src -prune -exec rm -rf {} +

FROM ${NODE_IMAGE}
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/libs ./libs
COPY --from=build /app/apps/api ./apps/api
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "apps/api/dist/main.js"]
