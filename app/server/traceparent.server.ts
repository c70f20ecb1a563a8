const LENGTH = 55
/** W3C Trace Context, 3.2: no version `ff`, no id of nothing but zeros, no capital letters. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** @returns the id of the trace that a request is part of; undefined where the header is missing or broken */
export function traceIdOf(traceparent: unknown): string | undefined {
	if (typeof traceparent !== "string" || traceparent.length !== LENGTH) return undefined
	return TRACEPARENT.exec(traceparent)?.[1]
}
