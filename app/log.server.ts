import { AsyncLocalStorage } from "node:async_hooks"
import pino from "pino"
import pretty from "pino-pretty"
import { env } from "./env.server"

/** What every line of a request carries; `traceId` is that of the trace that a proxy says it is part of */
export const requestScope = new AsyncLocalStorage<{ requestId: string; traceId: string | undefined }>()

/**
 * One JSON line per event; readable ones in development. A line never holds a password, a token, a link or a
 * mail address: people are named by their id.
 */
export const log = pino(
	{
		level: env.logLevel,
		base: null,
		timestamp: pino.stdTimeFunctions.isoTime,
		mixin: () => {
			const scope = requestScope.getStore()
			return scope ? { request_id: scope.requestId, trace_id: scope.traceId } : {}
		},
	},
	destination(),
)

function destination() {
	const stream = env.production
		? pino.destination({ fd: 1, sync: true })
		: pretty({ ignore: "request_id,trace_id,event", singleLine: true, translateTime: "HH:MM:ss", sync: true })
	// A closed log pipe (EPIPE) or a full disk must not take the accounts down with it.
	stream.on("error", () => {})
	return stream
}
