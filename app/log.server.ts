import { AsyncLocalStorage } from "node:async_hooks"
import pino from "pino"
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
	await destination(),
)

async function destination() {
	const stream = env.production ? pino.destination({ fd: 1, sync: true }) : await readableLines()
	// A closed log pipe (EPIPE) or a full disk must not take the accounts down with it.
	stream.on("error", () => {})
	return stream
}

/** Its thirty modules are loaded only where they are used. */
async function readableLines() {
	const { default: pretty } = await import("pino-pretty")
	const ignore = "request_id,trace_id,event"
	return pretty({ ignore, singleLine: true, translateTime: "HH:MM:ss", sync: true })
}

const SAID_AGAIN_AFTER_MS = 60_000
/** By `performance.now()`. */
const saidAt = new Map<string, number>()

/**
 * Once a minute, for what goes on and would fill the log.
 *
 * @param what of few kinds: each is remembered
 */
export function isToBeSaid(what: string): boolean {
	const now = performance.now()
	if (now - (saidAt.get(what) ?? Number.NEGATIVE_INFINITY) < SAID_AGAIN_AFTER_MS) return false
	saidAt.set(what, now)
	return true
}
