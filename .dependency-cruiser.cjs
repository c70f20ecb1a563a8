/** Imports run one way: routes → pages, http → auth → db, mail. */
const onlyFrom = (path) => ({ path: "^app/", pathNot: path })

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
			comment: "auth, mail and db know neither Remix nor Express, nor the layers above them.",
			severity: "error",
			from: { path: "^app/(auth|mail|db)/" },
			to: {
				path: [
					"^app/(http|pages|ui|routes)/",
					"^app/(root|entry)",
					"node_modules/(@remix-run|react-router|express)",
				],
			},
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
			severity: "error",
			from: { path: "^app/(mail|db)/" },
			to: { path: "^app/auth/" },
		},
		{
			name: "db-is-lowest",
			severity: "error",
			from: { path: "^app/db/" },
			to: { path: "^app/mail/" },
		},
		{
			name: "pages-run-in-browsers",
			comment: "Pages and ui may take types from below, and the table of problems; no other code.",
			severity: "error",
			from: { path: "^app/(pages|ui)/" },
			to: {
				path: "^app/(auth|db|mail|http|routes)/",
				pathNot: "^app/http/problem\\.ts$",
				dependencyTypesNot: ["type-only"],
			},
		},
		{
			name: "http-below-routes",
			severity: "error",
			from: { path: "^app/http/" },
			to: { path: "^app/routes/" },
		},
		{
			name: "lucia-has-one-importer",
			severity: "error",
			from: onlyFrom("^app/auth/session/lucia-adapter\\.server\\.ts$"),
			to: { path: "node_modules/lucia/" },
		},
		{
			name: "argon2-has-one-importer",
			severity: "error",
			from: onlyFrom("^app/auth/password/stored-hash\\.js$"),
			to: { path: "node_modules/@node-rs/argon2/" },
		},
		{
			name: "zxcvbn-has-one-importer",
			severity: "error",
			from: onlyFrom("^app/auth/password/weakness\\.server\\.ts$"),
			to: { path: "node_modules/@zxcvbn-ts/" },
		},
		{
			name: "nodemailer-has-one-importer",
			severity: "error",
			from: onlyFrom("^app/mail/transport\\.server\\.ts$"),
			to: { path: "node_modules/nodemailer/" },
		},
		{
			name: "limiter-has-one-importer",
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
