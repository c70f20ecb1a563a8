import { Redis } from "ioredis"
import { HOME, NEIGHBOURHOOD, networkOf } from "../../network"
import { sign } from "../signature.server"
import {
	type Charge,
	MAX_KEYS_PER_NEIGHBOURHOOD,
	MIN_KEYS_PER_HOME,
	rateLimited,
	rulesOf,
	type SharedCounts,
} from "./counts"

const PREFIX = "gatehouse:limit:"
const CONNECT_TIMEOUT_MS = 1_000
/** How long a connection that we give up may take to close. */
const DISCONNECT_TIMEOUT_MS = 100
const MAX_RECONNECT_PAUSE_MS = 1_000

/**
 * For each charge, three keys: its count, its neighbourhood's share of keys, its household's. All of them end by
 * themselves.
 */
const TAKE = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function number(i) return tonumber(ARGV[i]) end
for i = 0, #KEYS / 3 - 1 do
	local key, neighbourhood, home = KEYS[3 * i + 1], KEYS[3 * i + 2], KEYS[3 * i + 3]
	local points, window, block = number(3 * i + 1), number(3 * i + 2), number(3 * i + 3)
	local count = redis.call("HGET", key, "count")
	if count and tonumber(count) >= points then
		if block > 0 and redis.call("HSETNX", key, "blocked", 1) == 1 then redis.call("PEXPIRE", key, block) end
		return { i + 1, redis.call("PTTL", key) }
	end
	if not count and tonumber(redis.call("GET", neighbourhood) or 0) >= ${MAX_KEYS_PER_NEIGHBOURHOOD}
		and tonumber(redis.call("GET", home) or 0) >= ${MIN_KEYS_PER_HOME} then
		return { i + 1, window }
	end
end
for i = 0, #KEYS / 3 - 1 do
	local key, window = KEYS[3 * i + 1], number(3 * i + 2)
	if redis.call("HINCRBY", key, "count", 1) == 1 then
		redis.call("HSET", key, "endsAt", string.format("%.0f", now + window))
		redis.call("PEXPIRE", key, window)
		for share = 2, 3 do
			if redis.call("INCR", KEYS[3 * i + share]) == 1 then redis.call("PEXPIRE", KEYS[3 * i + share], window) end
		end
	end
end
return { 0, 0 }`

/** A key's part of its networks' shares goes back to them. */
const LEAVE = `
local function leave(i)
	redis.call("DEL", KEYS[3 * i + 1])
	for share = 2, 3 do
		if tonumber(redis.call("GET", KEYS[3 * i + share]) or 0) > 0 then redis.call("DECR", KEYS[3 * i + share]) end
	end
end`

const GIVE_BACK = `${LEAVE}
for i = 0, #KEYS / 3 - 1 do
	local key = KEYS[3 * i + 1]
	if redis.call("EXISTS", key) == 1 then
		local count = redis.call("HINCRBY", key, "count", -1)
		if count <= 0 then leave(i)
		elseif count < tonumber(ARGV[3 * i + 1]) and redis.call("HDEL", key, "blocked") == 1 then
			redis.call("PEXPIREAT", key, redis.call("HGET", key, "endsAt"))
		end
	end
end
return 0`

const FORGET = `${LEAVE}
if redis.call("EXISTS", KEYS[1]) == 1 then leave(0) end
return 0`

type Script = (keys: number, ...rest: (string | number)[]) => Promise<unknown>
type Client = Redis & Record<"take" | "giveBack" | "forget", Script>

/**
 * In Redis, by scripts that run as one: one round trip for all that a request is charged. Keys hold a keyed hash of
 * what they count, never an address.
 */
export class CountsInRedis implements SharedCounts {
	readonly place = "redis"
	readonly #url: string
	#redis: Client
	/** One that hung: it closes once it has answered all that it was asked. */
	#former: Client | undefined
	#fault: unknown

	/** @param url such as `rediss://user:password@host:6379/0` */
	constructor(url: string) {
		this.#url = url
		this.#redis = this.#makeClient()
	}

	async take(charges: readonly Charge[]) {
		const result = await this.#redis.take(charges.length * 3, ...keysOf(charges), ...numbersOf(charges))
		const [refused, milliseconds] = result as [number, number]
		const charge = charges[refused - 1]
		return charge ? rateLimited(charge[0], milliseconds) : null
	}

	async giveBack(charges: readonly Charge[]) {
		await this.#redis.giveBack(charges.length * 3, ...keysOf(charges), ...numbersOf(charges))
	}

	async forget(charge: Charge) {
		await this.#redis.forget(3, ...keysOf([charge]))
	}

	async probe() {
		if (this.#redis.status === "wait") await this.#redis.connect()
		// Where there is no database of this number, the client would go on in the first one, which may be somebody else's.
		await this.#redis.select(this.#redis.options.db ?? 0)
		// Writes: a replica, and a server that is full, answer everything else.
		await this.#redis.set(`${PREFIX}probe`, 1, "PX", 1_000)
	}

	reconnect(): void {
		if (this.#redis.status === "connect") this.#redis.disconnect(true)
		if (this.#redis.status !== "ready") return
		this.#former?.disconnect()
		this.#former = this.#redis
		this.#former.quit().catch(() => {})
		this.#redis = this.#makeClient()
		this.#redis.connect().catch(() => {})
	}

	/** `READONLY`, `OOM`, `NOAUTH` and so on, as Redis has them; `ECONNREFUSED` and so on, as Node has them. */
	reasonOf(error: unknown): string {
		for (const each of [error, this.#fault] as { code?: unknown; message?: string }[]) {
			if (typeof each?.code === "string") return each.code
			const [, word] = /^(?:Ready check failed: )?([A-Z]{3,})\b/.exec(each?.message ?? "") ?? []
			if (word) return word
		}
		return "disconnected"
	}

	close(): void {
		this.#former?.disconnect()
		this.#redis.disconnect()
	}

	#makeClient(): Client {
		const redis = new Redis(this.#url, {
			lazyConnect: true,
			// Nothing is kept for later, or said twice: whoever asked has counted alone meanwhile.
			enableOfflineQueue: false,
			autoResendUnfulfilledCommands: false,
			maxRetriesPerRequest: 0,
			connectTimeout: CONNECT_TIMEOUT_MS,
			disconnectTimeout: DISCONNECT_TIMEOUT_MS,
			disableClientInfo: true,
			connectionName: "gatehouse",
			retryStrategy: (times) => Math.min(times * 100, MAX_RECONNECT_PAUSE_MS),
			scripts: {
				take: { lua: TAKE },
				giveBack: { lua: GIVE_BACK },
				forget: { lua: FORGET },
			},
		}) as Client
		// What cannot be asked says only that there is no connection; this says why.
		redis.on("error", (error) => {
			if (redis === this.#redis) this.#fault = error
		})
		redis.on("ready", () => {
			this.#fault = undefined
		})
		return redis
	}
}

function keysOf(charges: readonly Charge[]): string[] {
	return charges.flatMap(([name, key, address]) => [
		`${PREFIX}${name}:${sign("limit", key)}`,
		// Apart from what somebody may have typed: they are of another type.
		...[NEIGHBOURHOOD, HOME].map(
			(size) => `${PREFIX}${name}:share:${sign("limit", networkOf(address, size))}`,
		),
	])
}

function numbersOf(charges: readonly Charge[]): number[] {
	return charges.flatMap(([name]) => Object.values(rulesOf(name)))
}
