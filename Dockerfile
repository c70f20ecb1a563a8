# The version that the tests ran on. Give the newest release of a line that still gets security fixes:
# docker build --build-arg NODE_VERSION=… -t gatehouse .
ARG NODE_VERSION=20.20.2

# The whole image has what compiles SQLite, where there is no binary of it for this version of Node.
FROM node:${NODE_VERSION}-bookworm AS build
WORKDIR /build
COPY package.json package-lock.json ./
# Building needs no package's script; the one that matters, of better-sqlite3, runs below.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build
RUN npm ci --prefix build --no-audit --no-fund

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production
WORKDIR /srv/gatehouse
COPY --from=build /build/build build
COPY --from=build /build/bin/start.mjs /build/bin/admin.mjs bin/
COPY --from=build /build/prisma/migrations prisma/migrations
# All else is root's. SQLite's file is here; with PostgreSQL nothing is.
RUN install -d -o node -g node -m 700 data
USER node
EXPOSE 3000
# Whether the process lives. /readyz asks the database, too, and no new container would bring that back.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself: npm and a shell do not hand SIGTERM on.
CMD ["node", "bin/start.mjs"]
