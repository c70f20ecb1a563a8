import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client"
import { config } from "./auth.config"

/**
 * What `/metrics` tells, see docs/operating.md. Labels come from closed lists of ours, never from a client: each value
 * that is new stays in memory, and in whatever collects it, for good.
 */
const registry = new Registry()
const registers = [registry]

const requestSeconds = new Histogram({
	name: "gatehouse_request_duration_seconds",
	help: "From a request's turn to the end of its answer, by the route's pattern",
	labelNames: ["route", "method", "status"],
	buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
	registers,
})

const refusals = new Counter({
	name: "gatehouse_limit_refusals_total",
	help: "What a limit refused, by its name in app/auth.config.ts",
	labelNames: ["limit"],
	registers,
})
// A rate needs a zero to begin at.
for (const limit of Object.keys(config.limits)) refusals.inc({ limit }, 0)

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/** @param status null where the client went away before it had its answer */
export function observeRequest(route: string, method: string, status: number | null, seconds: number): void {
	const labels = {
		route,
		method: METHODS.has(method) ? method : "other",
		status: status === null ? "aborted" : `${Math.floor(status / 100)}xx`,
	}
	requestSeconds.observe(labels, seconds)
}

export function countLimitRefusal(limit: keyof typeof config.limits): void {
	refusals.inc({ limit })
}

/** A number that is looked up whenever somebody collects. Where that fails, it is unknown, and all others are told. */
export function gauge(name: string, help: string, read: () => number | Promise<number>): void {
	// In development, a module that was changed says it again.
	registry.removeSingleMetric(name)
	new Gauge({
		name,
		help,
		registers,
		async collect() {
			this.set(
				await Promise.resolve()
					.then(read)
					.catch(() => Number.NaN),
			)
		},
	})
}

let isProcessWatched = false

/** In Prometheus' text format. The process is watched from the first time on: where nobody collects, nobody pays for it. */
export async function collectMetrics(): Promise<{ text: string; contentType: string }> {
	if (!isProcessWatched) collectDefaultMetrics({ register: registry })
	isProcessWatched = true
	return { text: await registry.metrics(), contentType: registry.contentType }
}
