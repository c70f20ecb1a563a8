const NO_DATABASE = "is about what stands before the database, or beside it"
const BUILDS = "builds a copy, and is about what is in it"
const SQLITE = "is about SQLite: its file, its lock, its statements"

/** Files of `e2e/wire/` that do not run on PostgreSQL, and why. Every other one runs on both. */
export const sqliteOnly: Record<string, string> = {
	"admin.test.ts": "takes minutes, as it imports 100,000 people; its commands call what routes call",
	"assets.test.ts": NO_DATABASE,
	"balancer.test.ts": NO_DATABASE,
	"audible.test.ts": SQLITE,
	"backup.test.ts": SQLITE,
	"bodies.test.ts": NO_DATABASE,
	"captcha.test.ts": BUILDS,
	"client-address.test.ts": NO_DATABASE,
	"configuration.test.ts": NO_DATABASE,
	"content-negotiation.test.ts": NO_DATABASE,
	"content-security.test.ts": NO_DATABASE,
	"cookies-https.test.ts": NO_DATABASE,
	"cookies.test.ts": NO_DATABASE,
	"data-requests.test.ts": NO_DATABASE,
	"deploy.test.ts": BUILDS,
	"dev.test.ts": BUILDS,
	"docs.test.ts": NO_DATABASE,
	"every-route.test.ts":
		"asks every route, and little of it reaches the database; its actions have files of their own",
	"faults-disk.test.ts": SQLITE,
	"faults-kill-later.test.ts":
		"kills the server at statements of SQLite's driver; one transaction is as whole here as there",
	"faults-kill.test.ts":
		"kills the server at statements of SQLite's driver; one transaction is as whole here as there",
	"faults-lock.test.ts": SQLITE,
	"faults-mail.test.ts":
		"waits for mail servers that fail; what is different in the outbox is in postgres.test.ts",
	"faults-stop.test.ts":
		"takes two minutes, and is about requests and mails; that a server stops is seen in every file",
	"fork-fields.test.ts": BUILDS,
	"fork.test.ts": BUILDS,
	"guard-development.test.ts": NO_DATABASE,
	"guard-framing.test.ts": NO_DATABASE,
	"guard-host.test.ts": NO_DATABASE,
	"guard-origin.test.ts": NO_DATABASE,
	"guard-paths.test.ts": NO_DATABASE,
	"guard-size.test.ts": NO_DATABASE,
	"hangups.test.ts": NO_DATABASE,
	"headers.test.ts": NO_DATABASE,
	"lifetime.test.ts": NO_DATABASE,
	"limits-flood.test.ts": NO_DATABASE,
	"hostile-bytes.test.ts": NO_DATABASE,
	"openapi.test.ts": NO_DATABASE,
	"parity.test.ts": NO_DATABASE,
	"redirects.test.ts": NO_DATABASE,
	"reliability.test.ts": NO_DATABASE,
	"routes.test.ts": NO_DATABASE,
	"settings.test.ts": NO_DATABASE,
	"start.test.ts": SQLITE,
	"start-errors.test.ts": SQLITE,
	"threats.test.ts": NO_DATABASE,
	"unread-answers.test.ts": NO_DATABASE,
}
