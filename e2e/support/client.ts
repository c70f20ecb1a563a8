import { randomInt, randomUUID } from "node:crypto"
import { config } from "../../app/auth.config"
import type { Mailbox } from "./mailbox"
import { registrationOf } from "./registration.mjs"
import type { TestServer } from "./server"

export { registrationOf }

/** A client address that no other test uses, so that limits can stay on. */
export function freshAddress(): string {
	return `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`
}

/** Where a form goes after registering, when nobody asked for another page. */
export const AFTER_REGISTERING = config.registration.signIn
	? config.login.redirectTo
	: (config.registration.redirectTo ?? (config.verification.enabled ? "/verify/sent" : "/login"))

export type Person = { username: string; email: string; password: string }

export function somebody(): Person {
	const name = `p${randomUUID().replaceAll("-", "").slice(0, 12)}`
	return { username: name, email: `${name}@example.org`, password: longEnough("correct horse battery") }
}

/** A password with what a fork's policy asks for in length. */
export function longEnough(password: string): string {
	return password.padEnd(config.password.minCodePoints, " and so on")
}

/** What a fork asks for besides, as programs are told of it in `user`: a box, sent as "true", is true. */
export function ownFieldsOf(person: Person): Record<string, string | boolean> {
	const { username: _, email: __, password: ___, confirm_password: ____, ...own } = registrationOf(person)
	return Object.fromEntries(
		Object.entries<string>(own).map(([name, value]) => [name, value === "true" ? true : value]),
	)
}

export type Answer = {
	status: number
	headers: Headers
	text: string
	/** The parsed body; undefined when it is not JSON. */
	json: ReturnType<typeof JSON.parse>
	cookies: string[]
}

/** A server as one client address sees it. Keeps no cookies: tests hand them over by hand. */
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

/** What the session cookie is called over http. */
export const COOKIE = config.session.cookieName

/** The `name=value` of the session cookie that an answer set; undefined if it set none. */
export function sessionOf(answer: Answer): string | undefined {
	return answer.cookies
		.find((cookie) => new RegExp(`^(?:__Host-)?${COOKIE}=[^;]`).test(cookie))
		?.split(";")[0]
}

/** The `name=value` of the cookie that marks the browser that registered. */
export function registrationCookieOf(answer: Answer): string {
	return answer.cookies.find((cookie) => /^(?:__Host-)?registration=/.test(cookie))?.split(";")[0] ?? ""
}

export type LinkFields = { user_id: string; timestamp: string; signature: string }

/** The three fields of the link in a mail. */
export function linkFields(link: string): LinkFields {
	return Object.fromEntries(new URL(link).searchParams) as LinkFields
}

export function register(server: Pick<TestServer, "url">, person: Person): Promise<Answer> {
	return clientOf(server).postJson("/register", registrationOf(person))
}

/**
 * Registers somebody whose address is not verified, and waits for the link.
 *
 * @returns with it, the cookie that marks the browser
 */
export async function registerUnverified(
	server: Pick<TestServer, "url">,
	mailbox: Mailbox,
	person = somebody(),
): Promise<{ person: Person; url: string; link: LinkFields; cookie: string }> {
	const registered = await registerOnce(server, person)
	const url = (await mailbox.next(person.email)).links[0] ?? ""
	return { person, url, link: linkFields(url), cookie: registrationCookieOf(registered) }
}

/**
 * Registers somebody, and verifies the address by the mailed link, where the server asks for that. Whom it signs in
 * instead is signed out again: sessions are for tests to start.
 */
export async function registerVerified(
	server: Pick<TestServer, "url">,
	mailbox: Mailbox,
	person = somebody(),
): Promise<Person> {
	const registered = await registerOnce(server, person)
	if (registered.json.verification === "not_required") {
		const cookie = sessionOf(registered)
		if (cookie) await clientOf(server).postJson("/logout", {}, { Cookie: cookie })
		return person
	}
	const link = linkFields((await mailbox.next(person.email, 20_000)).links[0] ?? "")
	const verified = await clientOf(server).postJson("/verify", link)
	if (verified.status !== 200) throw new Error(`Verification failed: ${verified.text}`)
	return person
}

/** Registers somebody who must not have been there before. */
async function registerOnce(server: Pick<TestServer, "url">, person: Person): Promise<Answer> {
	const registered = await register(server, person)
	if (registered.status !== 201) throw new Error(`Registration failed: ${registered.text}`)
	return registered
}

export function signIn(
	server: Pick<TestServer, "url">,
	{ username, password }: Pick<Person, "username" | "password">,
	headers: Record<string, string> = {},
): Promise<Answer> {
	return clientOf(server).postJson("/login", { username, password }, headers)
}

/** Signs in. @returns the session's cookie */
export async function newSession(
	server: Pick<TestServer, "url">,
	person: Pick<Person, "username" | "password">,
	headers: Record<string, string> = {},
): Promise<string> {
	const cookie = sessionOf(await signIn(server, person, headers))
	if (!cookie) throw new Error(`${person.username} could not sign in`)
	return cookie
}
