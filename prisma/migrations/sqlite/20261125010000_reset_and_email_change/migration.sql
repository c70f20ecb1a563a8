-- A link to choose a new password is dead once a newer one was asked for.
ALTER TABLE "User" ADD COLUMN "resetRequestedAt" DATETIME;

-- An address that waits to take the place of the account's own.
ALTER TABLE "User" ADD COLUMN "pendingEmail" TEXT;
ALTER TABLE "User" ADD COLUMN "pendingEmailKey" TEXT;
ALTER TABLE "User" ADD COLUMN "pendingEmailAt" DATETIME;
