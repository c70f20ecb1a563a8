import { z } from "zod"
import { isThisMachine } from "./network"
import { StartError } from "./start-error"

/** HMAC-SHA256 keys shorter than the hash weaken it (RFC 2104, section 3). */
const MIN_SECRET_BYTES = 32
/** In 32 random hex digits, nearly all triples differ; in a word that is written four times, a quarter. */
const MIN_DIFFERENT_TRIPLES = 0.7
const EXAMPLE_SECRET = /change[-_ ]?me|example|replace[-_ ]?this|your[-_ ]?secret/i

const secret = z
	.string("is missing: make one with `openssl rand -base64 32`")
	.refine((value) => Buffer.byteLength(value) >= MIN_SECRET_BYTES, `needs at least ${MIN_SECRET_BYTES} bytes`)
	.refine(
		(value) => !EXAMPLE_SECRET.test(value),
		"is still the example: make one with `openssl rand -base64 32`",
	)
	.refine((value) => !repeatsItself(value), "repeats itself: make one with `openssl rand -base64 32`")

const origin = z
	.url({
		protocol: /^https?$/,
		error: "must be an http or https address such as https://accounts.example.org",
		abort: true,
	})
	.refine(
		(value) => new URL(value).pathname === "/" && !/[?#@]/.test(value),
		"may not have a path, query or user",
	)
	.transform((value) => new URL(value).origin)

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const

/** Of a captcha's provider, each of its own form. */
const key = z
	.string()
	.regex(/^[\x21-\x7e]{1,512}$/, "may hold no spaces, and no line breaks")
	.optional()

/** Those that either encrypt and know who answers, or say plainly that they do not. */
const sslModes = ["verify-full", "verify-ca", "require", "no-verify", "disable"]
const SSL_PARAMETERS = new Set(["sslmode", "sslrootcert", "sslcert", "sslkey", "ssl", "uselibpqcompat"])

const ADDRESS = /^[^\s"<>@,;:]+@[^\s"<>@,;:]+$/
const NAMED_ADDRESS = /^(?:"([^"\\<>@\r\n]*)"\s*|([^"\\<>@\r\n]*))<([^<>]+)>$/

/** An address with or without a name in front. */
const mailbox = z
	.string()
	.transform((value) => {
		const [, quoted, bare = "", address = value] = NAMED_ADDRESS.exec(value.trim()) ?? []
		return { name: (quoted ?? bare).trim(), address }
	})
	.refine(
		({ address }) => ADDRESS.test(address),
		"must be an address such as Gatehouse <no-reply@example.org>",
	)

const envSchema = z
	.object({
		NODE_ENV: z
			.enum(["production", "development", "test"], "must be production, development or test")
			.default("production"),
		PORT: z
			.string()
			.regex(/^\d{1,5}$/, "must be a number from 0 to 65535")
			.transform(Number)
			.refine((port) => port <= 65_535, "must be a number from 0 to 65535")
			.default(3000),
		HOST: z.string().optional(),
		APP_URL: origin.optional(),
		SECRET: secret,
		SECRET_PREVIOUS: z
			.string()
			.default("")
			.transform((list) =>
				list
					.split(",")
					.map((item) => item.trim())
					.filter(Boolean),
			)
			.pipe(z.array(secret)),
		DATABASE_URL: z
			.string()
			.regex(
				/^file:.|^postgres(?:ql)?:\/\//,
				"must be a SQLite file such as file:./data/gatehouse.db, or PostgreSQL's address such as postgres://user:password@host/name",
			)
			.refine(
				(value) => !/^file:\s*(?::memory:|\?|$)|^file:.*[?&](?:mode=memory|vfs=)/i.test(value),
				"must be a file on disk: what is in memory is gone at the next start",
			)
			.refine(
				(value) => value.startsWith("file:") || isAddressOfDatabase(value),
				"must name a database, as in postgres://user:password@host/name; what is no letter or digit in the password is written as in addresses, such as %40 for @",
			)
			.refine(
				(value) => value.startsWith("file:") || asksForTlsClearly(value),
				`asks for TLS in a way that is not known: write sslmode= and one of ${sslModes.join(", ")}`,
			)
			.default("file:./data/gatehouse.db"),
		REDIS_URL: z
			.url({
				protocol: /^rediss?$/,
				error: "must be an address such as redis://user:password@host:6379, or rediss:// for TLS",
				abort: true,
			})
			.refine(
				(value) => new URL(value).hostname !== "" && /^\/?\d*$/.test(new URL(value).pathname),
				"must name a host, and at most a database by its number, as in redis://host:6379/0",
			)
			.refine((value) => !/[?#]/.test(value), "may have no options after its address")
			.optional(),
		SMTP_URL: z
			.url({
				protocol: /^smtps?$/,
				error: "must be an address such as smtp://user:password@host:587",
				abort: true,
			})
			.refine((value) => new URL(value).hostname !== "", "names no host, as in smtp://user:password@host:587")
			// Nodemailer lets them win over what this server asks of TLS, which is nothing on this machine.
			.refine(
				(value) => isThisMachine(new URL(value).hostname) || !/[?#]/.test(value),
				"may have no options after its address",
			)
			.optional(),
		MAIL_FROM: mailbox.optional(),
		MAIL_REPLY_TO: mailbox.optional(),
		TRUST_PROXY: z
			.string()
			.regex(/^(?:\d|10)$/, "must be the number of proxies in front, from 0 to 10")
			.transform(Number)
			.default(0),
		METRICS_TOKEN: secret
			.refine(
				(value) => /^[A-Za-z0-9._~+/=-]{1,512}$/.test(value),
				"may hold letters, digits and ._~+/=- only",
			)
			.optional(),
		HCAPTCHA_SITE_KEY: key,
		HCAPTCHA_SECRET_KEY: key,
		RECAPTCHA_SITE_KEY: key,
		RECAPTCHA_SECRET_KEY: key,
		TURNSTILE_SITE_KEY: key,
		TURNSTILE_SECRET_KEY: key,
		LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(", ")}`).default("info"),
	})
	.refine((env) => env.NODE_ENV !== "production" || env.APP_URL !== undefined, {
		path: ["APP_URL"],
		message: "is missing: set it to the address that visitors use, such as https://accounts.example.org",
	})
	// Collectors keep it in their settings, and send it with each request.
	.refine((env) => ![env.SECRET, ...env.SECRET_PREVIOUS].some((secret) => secret === env.METRICS_TOKEN), {
		path: ["METRICS_TOKEN"],
		message: "is SECRET, or one of SECRET_PREVIOUS: make another with `openssl rand -base64 32`",
	})

/** Of the variables that are settings. */
export const settingNames = new Set(Object.keys(envSchema.shape))

function isAddressOfDatabase(value: string): boolean {
	return URL.canParse(value) && /^\/[^/]+$/.test(new URL(value).pathname)
}

/** `pg` goes on without TLS where a parameter is misspelt, and takes any mode. */
function asksForTlsClearly(address: string): boolean {
	if (!URL.canParse(address)) return true
	const { searchParams } = new URL(address)
	const modes = searchParams.getAll("sslmode")
	return (
		[...searchParams.keys()].every((name) => !/ssl|tls/i.test(name) || SSL_PARAMETERS.has(name)) &&
		modes.every((mode) => sslModes.includes(mode))
	)
}

/** Words that are written again and again are as easy to guess as one of them. */
function repeatsItself(secret: string): boolean {
	const triples = Array.from({ length: secret.length - 2 }, (_, index) => secret.slice(index, index + 3))
	return new Set(secret).size <= 4 || new Set(triples).size < triples.length * MIN_DIFFERENT_TRIPLES
}

/**
 * The environment, parsed. An empty variable counts as missing.
 * @throws {StartError} naming the first variable that is missing or wrong; its value is never repeated.
 */
export function parseEnv(variables: Record<string, string | undefined>) {
	const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""))
	// To be run once, it need not be compiled.
	const result = envSchema.safeParse(given, { jitless: true })
	const issue = result.error?.issues[0]
	if (issue) throw new StartError(`${String(issue.path[0])} ${issue.message}`)
	const parsed = result.data as z.infer<typeof envSchema>
	const appUrl = parsed.APP_URL ?? `http://localhost:${parsed.PORT}`
	return {
		production: parsed.NODE_ENV === "production",
		port: parsed.PORT,
		host: parsed.HOST,
		appUrl,
		https: appUrl.startsWith("https:"),
		/** The first one signs; all of them verify. */
		secrets: [parsed.SECRET, ...parsed.SECRET_PREVIOUS] as const,
		/** Begins with `file:` for SQLite. It may hold a password. */
		databaseUrl: parsed.DATABASE_URL,
		/** It may hold a password. */
		redisUrl: parsed.REDIS_URL,
		smtpUrl: parsed.SMTP_URL,
		mailFrom: parsed.MAIL_FROM ?? { name: "", address: `no-reply@${new URL(appUrl).hostname}` },
		mailReplyTo: parsed.MAIL_REPLY_TO,
		trustedProxies: parsed.TRUST_PROXY,
		/** Whoever shows it may read `/metrics`. */
		metricsToken: parsed.METRICS_TOKEN,
		/** `auth.events.server.ts` knows whether one is needed. */
		captchaKeys: {
			HCAPTCHA: { siteKey: parsed.HCAPTCHA_SITE_KEY, secretKey: parsed.HCAPTCHA_SECRET_KEY },
			RECAPTCHA: { siteKey: parsed.RECAPTCHA_SITE_KEY, secretKey: parsed.RECAPTCHA_SECRET_KEY },
			TURNSTILE: { siteKey: parsed.TURNSTILE_SITE_KEY, secretKey: parsed.TURNSTILE_SECRET_KEY },
		},
		logLevel: parsed.LOG_LEVEL,
	}
}

export const env = parseEnv(process.env)
