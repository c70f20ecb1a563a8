import { describe, expect, it } from "vitest"
import { parseEnv } from "./env.server"
import { StartError } from "./start-error"

const SECRET = "Zm9yIHVuaXQgdGVzdHMgb25seSwgb2YgZ29vZCBsZW5ndGg"
const good = { NODE_ENV: "production", APP_URL: "https://accounts.example.org", SECRET }

describe("a good environment", () => {
	it("has defaults for all but the secret and the address", () => {
		expect(parseEnv(good)).toEqual({
			production: true,
			port: 3000,
			host: undefined,
			appUrl: "https://accounts.example.org",
			https: true,
			secrets: [SECRET],
			databaseUrl: "file:./data/gatehouse.db",
			redisUrl: undefined,
			smtpUrl: undefined,
			mailFrom: { name: "", address: "no-reply@accounts.example.org" },
			mailReplyTo: undefined,
			trustedProxies: 0,
			captchaKeys: { HCAPTCHA: {}, RECAPTCHA: {}, TURNSTILE: {} },
			logLevel: "info",
		})
	})

	it("outside production has an address that follows the port", () => {
		const env = parseEnv({ NODE_ENV: "development", SECRET, PORT: "3456" })
		expect([env.appUrl, env.production, env.https]).toEqual(["http://localhost:3456", false, false])
	})

	it("is production unless it says otherwise", () => {
		expect(parseEnv({ ...good, NODE_ENV: undefined }).production).toBe(true)
		expect(parseEnv({ ...good, NODE_ENV: "" }).production).toBe(true)
	})

	it.for([
		["help@example.net", "", "help@example.net"],
		["<help@example.net>", "", "help@example.net"],
		["Help, at once <help@example.net>", "Help, at once", "help@example.net"],
		['"Help, at once" <help@example.net>', "Help, at once", "help@example.net"],
	])("reads the mailbox %s", ([MAIL_REPLY_TO, name, address]) => {
		expect(parseEnv({ ...good, MAIL_REPLY_TO }).mailReplyTo).toEqual({ name, address })
	})

	it("takes an empty variable for a missing one", () => {
		const empty = {
			HOST: "",
			PORT: "",
			SMTP_URL: "",
			MAIL_FROM: "",
			MAIL_REPLY_TO: "",
			TRUST_PROXY: "",
			SECRET_PREVIOUS: "",
		}
		expect(parseEnv({ ...good, ...empty })).toEqual(parseEnv(good))
	})

	it("lists older secrets after the one that signs", () => {
		const older = ["b".repeat(16) + SECRET, "c".repeat(16) + SECRET]
		expect(parseEnv({ ...good, SECRET_PREVIOUS: older.join(",") }).secrets).toEqual([SECRET, ...older])
	})

	it("takes SQLite's file, or PostgreSQL's address", () => {
		for (const DATABASE_URL of [
			"file:/var/lib/gatehouse/accounts.db",
			"postgres://gatehouse@db.example.net/accounts",
			"postgresql://gatehouse:w%40rd@db.example.net:5433/accounts?sslmode=verify-full",
		])
			expect(parseEnv({ ...good, DATABASE_URL }).databaseUrl).toBe(DATABASE_URL)
	})

	it("takes Redis' address, with a password and a number, in plain and by TLS", () => {
		for (const REDIS_URL of [
			"redis://localhost",
			"redis://:w%40rd@redis.example.net:6380/3",
			"rediss://gatehouse:word@redis.example.net/",
		])
			expect(parseEnv({ ...good, REDIS_URL }).redisUrl).toBe(REDIS_URL)
	})

	it("writes the address in one way", () => {
		for (const APP_URL of [
			"HTTPS://Accounts.Example.org",
			"https://accounts.example.org/",
			"https://accounts.example.org:443",
		])
			expect(parseEnv({ ...good, APP_URL }).appUrl).toBe("https://accounts.example.org")
		expect(parseEnv({ ...good, APP_URL: "http://[::1]:8080" }).appUrl).toBe("http://[::1]:8080")
	})
})

describe("a wrong environment is refused by one line that names the variable, and never its value", () => {
	const wrong: [name: string, value: string | undefined][] = [
		["SECRET", undefined],
		["SECRET", ""],
		["SECRET", "short-but-not-good-enough-x31"],
		["SECRET", "change-me-to-the-output-of-openssl-rand-base64-32"],
		["SECRET", "this-is-an-example-secret-of-good-length"],
		["SECRET", "abcd".repeat(16)],
		["SECRET_PREVIOUS", `${SECRET},short-one`],
		["APP_URL", undefined],
		["APP_URL", "accounts.example.net"],
		["APP_URL", "ftp://accounts.example.net"],
		["APP_URL", "https://accounts.example.net/path"],
		["APP_URL", "https://accounts.example.net?query=1"],
		["APP_URL", "https://accounts.example.net#hash"],
		["APP_URL", "https://user:word@accounts.example.net"],
		["PORT", "http"],
		["PORT", "-1"],
		["PORT", "65536"],
		["PORT", "30.5"],
		["TRUST_PROXY", "true"],
		["TRUST_PROXY", "11"],
		["DATABASE_URL", "./data/some.db"],
		["DATABASE_URL", "file:"],
		["DATABASE_URL", "mysql://user:word@db.example.net/accounts"],
		["DATABASE_URL", "postgres://db.example.net/"],
		["DATABASE_URL", "postgres://user:word@db.example.net"],
		["DATABASE_URL", "postgres://user:word/with/slashes@db.example.net/accounts"],
		["DATABASE_URL", "postgresql://user:word@db.example.net:port/accounts"],
		["DATABASE_URL", "postgres://user:word@db.example.net/accounts?sslmod=verify-full"],
		["DATABASE_URL", "postgres://user:word@db.example.net/accounts?sslmode=verify_full"],
		["REDIS_URL", "redis.example.net:6379"],
		["REDIS_URL", "http://redis.example.net:6379"],
		["REDIS_URL", "redis:///0"],
		["REDIS_URL", "redis://redis.example.net/accounts"],
		["REDIS_URL", "redis://user:word@redis.example.net?family=6"],
		["SMTP_URL", "mail.example.net:25"],
		["SMTP_URL", "http://mail.example.net"],
		["MAIL_FROM", "no-reply@example.net\r\nBcc: eve@example.net"],
		["MAIL_FROM", "no-reply"],
		["MAIL_FROM", "Gatehouse <no-reply>"],
		["MAIL_FROM", "a@example.net, b@example.net"],
		["MAIL_REPLY_TO", "help@example.net\r\nBcc: eve@example.net"],
		["MAIL_REPLY_TO", 'Say "hi" <help@example.net>'],
		["MAIL_REPLY_TO", '"Help <help@example.net>, x@example.net'],
		["MAIL_REPLY_TO", '"Help <help@example.net>'],
		["MAIL_REPLY_TO", 'Help" <help@example.net>'],
		["MAIL_REPLY_TO", "mailto:help@example.net"],
		["MAIL_REPLY_TO", "help@example.net:25"],
		["HCAPTCHA_SECRET_KEY", "two words"],
		["TURNSTILE_SITE_KEY", "k".repeat(513)],
		["LOG_LEVEL", "verbose"],
		["NODE_ENV", "prod"],
	]

	it.for(wrong)("%s=%s", ([name, value]) => {
		const attempt = () => parseEnv({ ...good, [name]: value })
		expect(attempt).toThrow(StartError)
		expect(attempt).toThrow(new RegExp(`^${name} [^\\n]+$`))
		if (value && value.length > 8) expect(attempt).not.toThrow(value)
	})
})
