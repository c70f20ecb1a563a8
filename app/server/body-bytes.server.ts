import type { IncomingMessage } from "node:http"
import type { Request } from "express"
import { config } from "../auth.config"
import { mediaType } from "../http/media-type"
import type { ProblemCode } from "../http/problem"
import { hasTooManyPieces, TOO_MANY_PIECES } from "./message-classes.server"

/** How many stand side by side before they are joined. */
const CHUNKS_KEPT = 64
const BODY_TYPES = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]

/** What is wrong with a body by what its headers say of it. */
export function refusedBody(request: IncomingMessage): ProblemCode | null {
	const isRead = !["GET", "HEAD"].includes(request.method ?? "")
	if (isRead && hasBody(request) && !isReadableType(request)) return "unsupported_media_type"
	if (Number(request.headers["content-length"] ?? 0) > config.server.maxBodyBytes) return "too_large"
	return null
}

/**
 * Reads at most `maxBodyBytes`, whatever the client announced, in no more than `MAX_PIECES`, and hands on a body that can
 * be read once more.
 *
 * @returns what is wrong with it; at once where there is none, so that most requests wait for nothing
 */
export function readWholeBody(request: Request): ProblemCode | null | Promise<ProblemCode | null> {
	if (!hasBody(request)) return null
	if (hasTooManyPieces(request)) return "too_large"
	const chunks: Buffer[] = []
	let size = 0
	return new Promise((resolve) => {
		const read = (chunk: Buffer) => {
			// A small one takes three hundred bytes, and a slow client holds it for long.
			if (chunks.push(chunk) === CHUNKS_KEPT) chunks.splice(0, CHUNKS_KEPT, Buffer.concat(chunks))
			size += chunk.length
			if (size > config.server.maxBodyBytes) settle("too_large")
		}
		const end = () => {
			request.body = Buffer.concat(chunks)
			settle(null)
		}
		const tooMany = () => settle("too_large")
		const cutOff = () => settle("malformed")
		const settle = (refused: ProblemCode | null) => {
			request.off("data", read).off("end", end).off("close", cutOff).off(TOO_MANY_PIECES, tooMany).pause()
			resolve(refused)
		}
		request.on("data", read).on("end", end).on("close", cutOff).on(TOO_MANY_PIECES, tooMany)
	})
}

function hasBody({ headers }: IncomingMessage): boolean {
	return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0
}

function isReadableType(request: IncomingMessage): boolean {
	const { headers } = request
	if (request.headersDistinct["content-type"]?.length !== 1) return false
	const encoding = headers["content-encoding"] ?? "identity"
	const contentType = headers["content-type"] ?? ""
	const [, charset = "utf-8"] = /;\s*charset="?([^";\s]*)/i.exec(contentType) ?? []
	const type = mediaType(contentType)
	return (
		BODY_TYPES.includes(type) && charset.toLowerCase() === "utf-8" && encoding.toLowerCase() === "identity"
	)
}
