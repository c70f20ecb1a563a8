-- What the processes on one database count together (app/auth/limit/counts-in-postgres.server.ts). Not in the schema, as
-- SQLite has one process, which counts in its memory. Unlogged: a count is written with every try, and need not
-- outlive the server.
CREATE UNLOGGED TABLE "LimitCount" (
    "id" TEXT COLLATE "C" NOT NULL,
    "count" INTEGER NOT NULL,
    -- From then on it is as if it were not there.
    "endsAt" TIMESTAMP(6) NOT NULL,
    -- When its window ends, which is before or after the end of a block.
    "windowEndsAt" TIMESTAMP(6) NOT NULL,
    "blocked" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "LimitCount_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "LimitCount_endsAt_idx" ON "LimitCount"("endsAt");
