import { readFileSync } from "node:fs"

/** Read, as what stands there cannot be imported without a server's environment. */
const [, listed = ""] =
	/export const backends: Backend\[\] = \[([^\]]*)\]/.exec(
		readFileSync("app/auth.events.server.ts", "utf8"),
	) ?? []

/** The ways to be signed in by a token that this configuration has. */
export const TOKEN_BACKENDS = (["bearer", "jwt"] as const).filter((name) =>
	new RegExp(`\\b${name}\\(`).test(listed),
)
