# The bridge: api, worker and command line are one image, told apart by their command and environment.
# `npm run image:check` does these steps in a plain folder, without Docker.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY bridge/package.json bridge/
COPY bots/package.json bots/
COPY ui/package.json ui/
COPY sandbox/package.json sandbox/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run -w ui build && npm run -w bots build

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY bridge/package.json bridge/
COPY bots/package.json bots/
COPY ui/package.json ui/
COPY sandbox/package.json sandbox/
# Without the optional ones: the image has its own Node.
RUN npm ci --ignore-scripts --no-audit --no-fund --omit=dev --omit=optional --workspace=bridge --workspace=bots

FROM build AS demo
ENV NODE_ENV=production
USER node
CMD ["node", "sandbox/fasten/main.ts"]

FROM ${NODE_IMAGE} AS bridge
# One arena: with several, glibc keeps what each thread freed, and a worker is 60 MB larger after a thousand imports.
ENV NODE_ENV=production NODE_COMPILE_CACHE=/tmp/node-cache MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072 MALLOC_MMAP_THRESHOLD_=131072
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json medplum.config.json ./
COPY bridge bridge
COPY bots bots
COPY --from=build /app/bots/dist bots/dist
COPY --from=build /app/ui/dist ui/dist
# Volumes that are mounted here belong to whom these belong to.
RUN install -d -o 1000 -g 1000 -m 700 /spool /data
USER node
EXPOSE 8100 8101
CMD ["node", "bridge/main.ts"]
