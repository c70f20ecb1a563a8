import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** What every key of the tests' captchas begins with, so that none is one of the providers' for tests. */
export const SECRET_KEY = "a-secret-key-that-is-no-test-key"

/** Plays hCaptcha, reCAPTCHA and Turnstile where they check tokens. */
export type Verification = {
	url: string
	/** What it was asked, oldest first. */
	asked: Record<string, string>[]
	/** What it says of a token that it finds good, where that should be something else. */
	says: Record<string, unknown>
	/** What it does instead of answering. */
	fault: keyof typeof faults | null
	close: () => Promise<void>
}

/** Tokens are good once, and begin with the form that they were solved in: `register-` and anything. */
export async function startVerification(): Promise<Verification> {
	const used = new Set<string>()
	const server = createServer(async (request, response) => {
		const fields = await readFields(request)
		verification.asked.push(fields)
		if (verification.fault) return faults[verification.fault](response)
		response.setHeader("Content-Type", "application/json")
		response.end(JSON.stringify({ ...judge(fields, used) }))
	})
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
	const { port } = server.address() as AddressInfo
	const verification: Verification = {
		url: `http://127.0.0.1:${port}/siteverify`,
		asked: [],
		says: {},
		fault: null,
		async close() {
			server.closeAllConnections()
			await new Promise((resolve) => server.close(resolve))
		},
	}
	return verification

	function judge({ secret, response: token = "" }: Record<string, string>, seen: Set<string>) {
		const no = (code: string) => ({ success: false, "error-codes": [code] })
		if (secret !== SECRET_KEY) return no("invalid-input-secret")
		const [, action] = /^(register|login|forgot|resend)-/.exec(token) ?? []
		if (!action) return no("invalid-input-response")
		if (seen.has(token)) return no("timeout-or-duplicate")
		seen.add(token)
		const challenge_ts = new Date().toISOString()
		return { success: true, hostname: "localhost", challenge_ts, action, ...verification.says }
	}
}

async function readFields(request: IncomingMessage): Promise<Record<string, string>> {
	let body = ""
	for await (const chunk of request) body += chunk
	return Object.fromEntries(new URLSearchParams(body))
}

const faults = {
	"500": (response: ServerResponse) => response.writeHead(500).end(`{"success":true}`),
	"text instead of true": (response: ServerResponse) => response.end(`{"success":"true"}`),
	"a list": (response: ServerResponse) => response.end(`[{"success":true}]`),
	"a page": (response: ServerResponse) => response.end("<!doctype html><title>success</title>"),
	nothing: (response: ServerResponse) => response.end(),
	"a redirect": (response: ServerResponse) => response.writeHead(302, { Location: "/siteverify" }).end(),
	"an answer of 10 MB": (response: ServerResponse) =>
		response.end(`{"success":true,"padding":"${"a".repeat(10_000_000)}"}`),
	"a connection that breaks": (response: ServerResponse) => response.destroy(),
	silence: () => undefined,
	"a beginning, and silence": (response: ServerResponse) => response.write(`{"success":true`),
}
