import { randomInt, randomUUID } from "node:crypto"
import type { Mailbox } from "./mailbox"
import type { TestServer } from "./server"

/** A client address that no other test uses, so that limits can stay on. */
export function freshAddress(): string {
	return `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`
}

export type Person = { username: string; email: string; password: string }

export function somebody(): Person {
	const name = `p${randomUUID().replaceAll("-", "").slice(0, 12)}`
	return { username: name, email: `${name}@example.org`, password: "correct horse battery" }
}

export type Answer = {
	status: number
	headers: Headers
	text: string
	/** The parsed body; undefined when it is not JSON. */
	json: ReturnType<typeof JSON.parse>
	cookies: string[]
}

/** Both doors of one server, as seen from one client address. Keeps no cookies: tests hand them over by hand. */
export function clientOf(server: Pick<TestServer, "url">, address = freshAddress()) {
	async function send(path: string, init: RequestInit = {}): Promise<Answer> {
		const headers = new Headers(init.headers)
		if (!headers.has("X-Forwarded-For")) headers.set("X-Forwarded-For", address)
		const response = await fetch(server.url + path, { redirect: "manual", ...init, headers })
		const text = await response.text()
		const isJson = /json/.test(response.headers.get("Content-Type") ?? "")
		const json = isJson && text ? JSON.parse(text) : undefined
		return {
			status: response.status,
			headers: response.headers,
			text,
			json,
			cookies: response.headers.getSetCookie(),
		}
	}
	return {
		address,
		send,
		get: (path: string, headers: Record<string, string> = {}) => send(path, { headers }),
		getJson: (path: string, headers: Record<string, string> = {}) =>
			send(path, { headers: { Accept: "application/json", ...headers } }),
		postJson: (path: string, body: unknown, headers: Record<string, string> = {}) =>
			send(path, {
				method: "POST",
				headers: { "Content-Type": "application/json", ...headers },
				body: typeof body === "string" ? body : JSON.stringify(body),
			}),
		postForm: (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
			send(path, {
				method: "POST",
				headers: { Accept: "text/html", "Content-Type": "application/x-www-form-urlencoded", ...headers },
				body: new URLSearchParams(fields).toString(),
			}),
	}
}

/** The `name=value` of the session cookie that an answer set; undefined if it set none. */
export function sessionOf(answer: Answer): string | undefined {
	return answer.cookies.find((cookie) => /^(?:__Host-)?id=[^;]/.test(cookie))?.split(";")[0]
}

/** The three fields of the link in a mail. */
export function linkFields(link: string): { user_id: string; timestamp: string; signature: string } {
	return Object.fromEntries(new URL(link).searchParams) as {
		user_id: string
		timestamp: string
		signature: string
	}
}

/** Registers somebody, and verifies the address by the mailed link. */
export async function registerVerified(
	server: TestServer,
	mailbox: Mailbox,
	person = somebody(),
): Promise<Person> {
	const client = clientOf(server)
	const { username, email, password } = person
	const registered = await client.postJson("/register", {
		username,
		email,
		password,
		confirm_password: password,
	})
	if (registered.status !== 201) throw new Error(`Registration failed: ${registered.text}`)
	const mail = await mailbox.next(email)
	const verified = await client.postJson("/verify", linkFields(mail.links[0] ?? ""))
	if (verified.status !== 200) throw new Error(`Verification failed: ${verified.text}`)
	return person
}
