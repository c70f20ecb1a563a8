-- An unproven registration owns its user name, not its address: several may wait for one, and who proves it owns it.
ALTER TABLE "User" ADD COLUMN "ownedEmailKey" TEXT;
ALTER TABLE "User" ADD COLUMN "unprovenUntil" DATETIME;
UPDATE "User" SET "ownedEmailKey" = "emailKey" WHERE "emailVerifiedAt" IS NOT NULL;

-- DropIndex
DROP INDEX "User_emailKey_key";

-- CreateIndex
CREATE UNIQUE INDEX "User_ownedEmailKey_key" ON "User"("ownedEmailKey");

-- CreateIndex
CREATE INDEX "User_emailKey_idx" ON "User"("emailKey");

-- CreateIndex
CREATE INDEX "User_unprovenUntil_idx" ON "User"("unprovenUntil");

-- It was always `{}`.
ALTER TABLE "OutboxMail" DROP COLUMN "payload";
