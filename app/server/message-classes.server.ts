import { IncomingMessage, ServerResponse } from "node:http"
import type { Express } from "express"
import { config } from "../auth.config"
import { cutOff, isCutOff } from "./cut-off.server"
import { isBehind } from "./turns.server"

/**
 * A client may cut a body into pieces of a byte each (RFC 9112, 7.1), and each piece costs as much time and memory as
 * one of a thousand bytes. No client that means well sends as many.
 */
export const MAX_PIECES = Math.max(1_000, config.server.maxBodyBytes / 64)
/** The same, of a request that waits behind another one, whose body nobody reads yet. */
export const MAX_PIECES_BEHIND = 16
/** What a request emits, once, when a piece too many comes; that and all after it are thrown away. */
export const TOO_MANY_PIECES = "tooManyPieces"

/**
 * For `createServer`: requests and responses that have Express' methods from the beginning. By itself, Express gives each
 * of them another prototype, which takes as long as all else that Express does, and lets them stay in memory until
 * everything is collected.
 */
export function messageClasses(app: Express) {
	class AppRequest extends IncomingMessage {
		pieces = 0

		/**
		 * Node's parser asks for it once it has a head, and stops there in the middle of a packet, where a connection is no
		 * longer HTTP. It is the one way to stop it: what follows in the packet is not parsed, and the connection ends.
		 */
		get upgrade(): boolean {
			return this.method === "CONNECT" || isCutOff(this.socket)
		}
		set upgrade(_wanted) {}

		/** Called by Node's parser for each piece, even while nobody reads. */
		override push(piece: unknown, encoding?: BufferEncoding): boolean {
			if (piece !== null && ++this.pieces > MAX_PIECES_BEHIND && isBehind(this)) cutOff(this.socket)
			if (isCutOff(this.socket)) return false
			if (piece === null || this.pieces <= MAX_PIECES) return super.push(piece, encoding)
			if (this.pieces === MAX_PIECES + 1) this.emit(TOO_MANY_PIECES)
			return false
		}
	}
	class AppResponse extends ServerResponse {}
	Object.setPrototypeOf(AppRequest.prototype, app.request)
	Object.setPrototypeOf(AppResponse.prototype, app.response)
	// Express then sets the prototypes that they have already, which changes nothing.
	app.request = AppRequest.prototype as unknown as typeof app.request
	app.response = AppResponse.prototype as unknown as typeof app.response
	return { IncomingMessage: AppRequest as typeof IncomingMessage, ServerResponse: AppResponse }
}

export function hasTooManyPieces(request: IncomingMessage): boolean {
	return ((request as { pieces?: number }).pieces ?? 0) > MAX_PIECES
}
