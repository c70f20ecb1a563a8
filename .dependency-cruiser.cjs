/**
 * Imports run one way: routes → pages, http → auth → mail → db; and server.ts → server → http. What stands directly in
 * `app/` (configuration, environment, log) and `text/` is there for all.
 */
const onlyFrom = (path) => ({ path: "^(app/|server\\.ts)", pathNot: path })
const remix = "node_modules/(@remix-run|react-router)"

module.exports = {
	forbidden: [
		{
			name: "no-cycles",
			comment: "A cycle of modules is one module in disguise. (Types may point back.)",
			severity: "error",
			from: {},
			to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
		},
		{
			name: "domain-knows-no-web",
			comment:
				"What happens can be told without a request or a page; so it can be tested, and called, without them.",
			severity: "error",
			from: { path: "^app/(auth|mail|db)/" },
			to: { path: "^app/((http|server|pages|ui|routes|text)/|root|entry)" },
		},
		{
			name: "domain-knows-no-react",
			comment: "React is for pages and mails.",
			severity: "error",
			from: { path: "^app/(auth|db)/" },
			to: { path: "node_modules/(react|react-dom)/" },
		},
		{
			name: "mail-and-db-are-below",
			comment: "auth decides what is mailed and stored; mail and db only do it.",
			severity: "error",
			from: { path: "^app/(mail|db)/" },
			to: { path: "^app/auth/" },
		},
		{
			name: "db-is-lowest",
			comment: "The outbox is kept in the database, which knows nothing of mails.",
			severity: "error",
			from: { path: "^app/db/" },
			to: { path: "^app/mail/" },
		},
		{
			name: "http-is-called-by-routes",
			comment: "What a route calls knows neither that route nor its page, nor what stands before the router.",
			severity: "error",
			from: { path: "^app/http/" },
			to: { path: "^app/(server|routes|pages|ui)/" },
		},
		{
			name: "server-is-mounted-by-server-ts",
			comment:
				"A route, and what it calls, works behind any server; what stands before the router is another's affair.",
			severity: "error",
			from: { path: "^app/", pathNot: "^app/server/" },
			to: { path: "^app/server/" },
		},
		{
			name: "server-knows-no-accounts",
			comment:
				"What stands before the router treats all requests alike; who somebody is, is for routes to ask.",
			severity: "error",
			from: { path: "^app/server/" },
			to: { path: "^app/(routes|auth|db|mail)/" },
		},
		{
			name: "pages-run-in-browsers",
			comment:
				"Pages and ui may take types from below, and the table of problems; other code would be sent to browsers.",
			severity: "error",
			from: { path: "^app/(pages|ui)/" },
			to: {
				path: "^app/((auth|db|mail|http|server|routes)/|env|log)",
				pathNot: "^app/http/problem\\.ts$",
				dependencyTypesNot: ["type-only"],
			},
		},
		{
			name: "text-is-only-words",
			comment:
				"Sentences may be typed by what they are about, and run nothing of it: they are sent to browsers too.",
			severity: "error",
			from: { path: "^app/text/" },
			to: { path: "^app/", pathNot: "^app/text/", dependencyTypesNot: ["type-only"] },
		},
		{
			name: "remix-stays-outside",
			comment: "What docs/leaving.md promises: React Router is a move of these files, and of no others.",
			severity: "error",
			from: onlyFrom("^(app/((routes|http|server|pages|ui)/|root|entry|routes|remix)|server\\.ts)"),
			to: { path: remix },
		},
		{
			name: "express-stays-outside",
			comment: "Routes and what they call know the web's Request and Response only.",
			severity: "error",
			from: onlyFrom("^(app/server/|server\\.ts)"),
			to: { path: "node_modules/(@types/)?express/" },
		},
		{
			name: "database-has-one-folder",
			comment: "Statements go through app/db, where transactions are isolated (decision 3).",
			severity: "error",
			from: onlyFrom("^app/db/"),
			to: { path: "node_modules/(@prisma|@types/pg|better-sqlite3|pg|prisma)/" },
		},
		{
			name: "lucia-has-one-importer",
			comment: "It can be replaced in that file and session.server.ts, see docs/leaving.md.",
			severity: "error",
			from: onlyFrom("^app/auth/session/lucia-adapter\\.server\\.ts$"),
			to: { path: "node_modules/lucia/" },
		},
		{
			name: "argon2-has-one-importer",
			comment: "Hashing is for threads only (decision 14).",
			severity: "error",
			from: onlyFrom("^app/auth/password/stored-hash\\.js$"),
			to: { path: "node_modules/@node-rs/argon2/" },
		},
		{
			name: "zxcvbn-has-one-importer",
			comment: "Its dictionaries and matchers are set up once, and bounded there (decision 6).",
			severity: "error",
			from: onlyFrom("^app/auth/password/weakness\\.server\\.ts$"),
			to: { path: "node_modules/@zxcvbn-ts/" },
		},
		{
			name: "nodemailer-has-one-importer",
			comment: "Addresses are checked once more before it, as it reads them anew.",
			severity: "error",
			from: onlyFrom("^app/mail/transport\\.server\\.ts$"),
			to: { path: "node_modules/nodemailer/" },
		},
		{
			name: "jose-has-one-importer",
			severity: "error",
			from: onlyFrom("^app/auth/backend/jwt\\.server\\.ts$"),
			to: { path: "node_modules/jose/" },
		},
		{
			name: "session-cookies-are-written-in-one-place",
			comment: "What a back end hands out becomes a cookie or a body there.",
			severity: "error",
			from: onlyFrom("^app/http/session-transport\\.server\\.ts$"),
			to: { path: "^app/http/session-cookie\\.server\\.ts$" },
		},
		{
			name: "limiter-of-redis",
			comment: "Limits are all that is in Redis, and it may be away at any time (decision 23).",
			severity: "error",
			from: onlyFrom("^app/auth/limit/counts-in-redis\\.server\\.ts$"),
			to: { path: "node_modules/ioredis/" },
		},
		{
			name: "limiter-has-one-importer",
			comment: "Its counter has no bound of its own (decision 8).",
			severity: "error",
			from: onlyFrom("^app/auth/limit/bounded-limiter\\.server\\.ts$"),
			to: { path: "node_modules/rate-limiter-flexible/" },
		},
	],
	options: {
		doNotFollow: { path: ["node_modules", "app/db/generated"] },
		exclude: { path: "\\.test\\.tsx?$" },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: "tsconfig.json" },
		enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
	},
}
