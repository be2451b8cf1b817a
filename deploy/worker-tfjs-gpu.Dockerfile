# syntax=docker/dockerfile:1
# The worker with TensorFlow.js on NVIDIA GPUs: tfjs-node-gpu, whose TensorFlow 2.9.1 was built for CUDA 11.2 and
# cuDNN 8.1 and runs on later ones of the same major versions. docs/gpu.md says which GPUs that is for. The host
# needs the NVIDIA driver and the NVIDIA Container Toolkit.
#   docker build -f deploy/worker-tfjs-gpu.Dockerfile -t cropline-worker-tfjs-gpu .

ARG NODE_IMAGE=node:22.23.2-bookworm-slim
ARG CUDA_IMAGE=nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund \
 && node_modules/.bin/tsc -b apps/worker \
 && npm ci --ignore-scripts --no-audit --no-fund --omit=dev --workspace=@cropline/worker \
 && find apps libs -type d -name src -prune -exec rm -rf {} +

# The native package in a folder of its own: its installer downloads TensorFlow's library and the binding.
FROM ${NODE_IMAGE} AS native
WORKDIR /native
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
RUN --mount=type=cache,target=/root/.npm npm install --no-audit --no-fund @tensorflow/tfjs-node-gpu@4.22.0

FROM ${NODE_IMAGE} AS node

FROM ${CUDA_IMAGE}
ENV NODE_ENV=production CROPLINE_HEALTH_PORT=8080 CROPLINE_CACHE_DIR=/var/cache/cropline \
    CROPLINE_BACKEND=tfjs CROPLINE_DEVICE=cuda:0 TF_FORCE_GPU_ALLOW_GROWTH=true TF_CPP_MIN_LOG_LEVEL=1
WORKDIR /app
COPY --from=node /usr/local/bin/node /usr/local/bin/node
# Above /app, where Node.js looks last.
COPY --from=native /native/node_modules /node_modules
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
