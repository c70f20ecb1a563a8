import { type AppLoadContext, writeReadableStreamToWritable } from "@remix-run/node"
import type { Request as ExpressRequest, Response as ExpressResponse } from "express"
import { currentTime } from "../clock.server"
import { env } from "../env.server"
import { readDeviceCookie } from "../http/device-cookie.server"
import { shownBy } from "../http/session-transport.server"
import { contentSecurityPolicy } from "./headers.server"

type Caller = AppLoadContext["caller"]

const RETRY_AFTER_SECONDS = 5

/** Between Node's requests and answers and the web's, which loaders and actions know. */
export function toWebRequest(request: ExpressRequest): Request {
	const headers = new Headers()
	for (const [name, value] of Object.entries(request.headers))
		for (const item of [value ?? []].flat()) headers.append(name, item)

	const body = Buffer.isBuffer(request.body) ? new Uint8Array(request.body) : null
	return new Request(env.appUrl + request.originalUrl, { method: request.method, headers, body })
}

/** @param html its body, where that is known as a whole: a web stream takes a tenth of a page's time */
export async function sendWebResponse(
	answer: Response,
	response: ExpressResponse,
	html?: string | Buffer,
): Promise<void> {
	response.status(answer.status)
	setHeaders(answer.headers, response)
	tellWhenToRetry(response)
	if (html !== undefined) sendWhole(html, response)
	else if (answer.body) await writeReadableStreamToWritable(answer.body, response)
	else response.end()
}

/** HEAD tells no length, as GET tells none where it compresses (RFC 9110, 8.6). */
function sendWhole(html: string | Buffer, response: ExpressResponse): void {
	if (response.req.method !== "HEAD") response.setHeader("Content-Length", Buffer.byteLength(html))
	response.end(html)
}

export function setHeaders(headers: Headers, response: ExpressResponse): void {
	for (const [name, value] of headers) {
		if (name === "set-cookie") response.append(name, value)
		// All answers are `no-store`; Remix would let its route manifest be kept by anybody for a year.
		else if (name !== "cache-control") response.setHeader(name, value)
	}
}

/** RFC 9110, 15.6.4, unless whoever refused knows better. */
export function tellWhenToRetry(response: ExpressResponse): void {
	if (response.statusCode === 503 && !response.hasHeader("Retry-After"))
		response.setHeader("Retry-After", RETRY_AFTER_SECONDS)
}

/** What loaders and actions know beside the web's request, thanks to the request guard. */
export function contextOf(request: ExpressRequest, response: ExpressResponse): AppLoadContext {
	const { method, headers, path } = request
	const { json, nonce } = response.locals as { json: boolean; nonce: string }
	return {
		caller: new RequestCaller(request, response),
		shown: shownBy(headers),
		json,
		method,
		script: path.endsWith(".data"),
		admit: (sources) => response.setHeader(...contentSecurityPolicy(nonce, sources)),
		nonce,
	}
}

class RequestCaller implements Caller {
	declare readonly signal: AbortSignal
	readonly address: string
	readonly userAgent: string
	readonly now = currentTime()
	readonly device: string
	readonly #response: ExpressResponse
	#made: AbortSignal | undefined

	constructor({ headers }: ExpressRequest, response: ExpressResponse) {
		this.address = (response.locals as { address: string }).address
		this.userAgent = headers["user-agent"] ?? ""
		this.device = readDeviceCookie(headers)
		this.#response = response
		Object.defineProperty(this, "signal", RequestCaller.#signal)
	}

	/**
	 * Made where somebody waits for it: most requests do not. One for all callers: V8 keeps a getter of an object's own,
	 * and with it the answer, until everything is collected.
	 */
	static readonly #signal = {
		enumerable: true,
		get(this: RequestCaller): AbortSignal {
			this.#made ??= hangUpSignal(this.#response)
			return this.#made
		},
	}
}

/** Beside the web request, not in it: each of Remix's many copies of that would listen to it, at a price. */
function hangUpSignal(response: ExpressResponse): AbortSignal {
	const controller = new AbortController()
	const hangUp = () => {
		if (!response.writableFinished) controller.abort()
	}
	if (response.closed) hangUp()
	else response.on("close", hangUp)
	return controller.signal
}
