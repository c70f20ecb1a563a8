import { IncomingMessage, ServerResponse } from "node:http"
import type { Express } from "express"

/**
 * For `createServer`: requests and responses that have Express' methods from the beginning. By itself, Express gives each
 * of them another prototype, which takes as long as all else that Express does, and lets them stay in memory until
 * everything is collected.
 */
export function messageClasses(app: Express) {
	class AppRequest extends IncomingMessage {}
	class AppResponse extends ServerResponse {}
	Object.setPrototypeOf(AppRequest.prototype, app.request)
	Object.setPrototypeOf(AppResponse.prototype, app.response)
	// Express then sets the prototypes that they have already, which changes nothing.
	app.request = AppRequest.prototype as unknown as typeof app.request
	app.response = AppResponse.prototype as unknown as typeof app.response
	return { IncomingMessage: AppRequest, ServerResponse: AppResponse }
}
