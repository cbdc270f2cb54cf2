# A worker of a team's project: docker build -t sonomask . && docker run sonomask worker postgres://...
# Images of the project must be mounted at the paths that the project has; PGPASSWORD holds the login's password.
FROM node:22.20-bookworm-slim

WORKDIR /opt/sonomask

# No install script runs: onnxruntime-node and sharp carry their binaries.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

COPY tsconfig.json ./
COPY shared ./shared
COPY models ./models
COPY main ./main

# Embeddings and copies of heads; may be lost at any time.
RUN mkdir -p /var/cache/sonomask && chown node:node /var/cache/sonomask
ENV SONOMASK_SHARED_FOLDER=/var/cache/sonomask
USER node

ENTRYPOINT ["node", "--import", "tsx", "main/cli/main.ts"]
CMD ["help"]
