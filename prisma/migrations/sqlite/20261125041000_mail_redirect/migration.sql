-- Where the link in a mail leads on to.
ALTER TABLE "OutboxMail" ADD COLUMN "redirectTo" TEXT;
