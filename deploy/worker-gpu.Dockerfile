# syntax=docker/dockerfile:1
# The worker, on NVIDIA GPUs: CUDA 12 and cuDNN 9 from NVIDIA's image, ONNX Runtime's CUDA libraries from its own
# installer (which downloads them from NuGet). The host needs the NVIDIA driver and the NVIDIA Container Toolkit.
#   docker build -f deploy/worker-gpu.Dockerfile -t cropline-worker-gpu .

ARG NODE_IMAGE=node:22.23.2-bookworm-slim
ARG CUDA_IMAGE=nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04

FROM ${NODE_IMAGE} AS build
WORKDIR /app
# ONNX Runtime's installer downloads over HTTPS.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund \
 && node_modules/.bin/tsc -b apps/worker \
 && npm ci --ignore-scripts --no-audit --no-fund --omit=dev --workspace=@cropline/worker \
 && ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install \
 && find apps libs -type d -name src -prune -exec rm -rf {} +

FROM ${NODE_IMAGE} AS node

FROM ${CUDA_IMAGE}
ENV NODE_ENV=production CROPLINE_HEALTH_PORT=8080 CROPLINE_CACHE_DIR=/var/cache/cropline CROPLINE_DEVICE=cuda:0
WORKDIR /app
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/libs ./libs
COPY --from=build /app/apps/worker ./apps/worker
# The model is fetched over HTTPS; the image's own user 1000 runs the worker.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
 && install -d -o 1000 -g 1000 /var/cache/cropline
VOLUME /var/cache/cropline
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=180s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CROPLINE_HEALTH_PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "apps/worker/dist/main.js"]
