import { figures } from "./figures.mjs"

/**
 * What 10^4, 10^6 and 10^8 accounts take: arithmetic over what one request, row and key take, and over assumptions about
 * what people do. `docs/scaling.md` tells what came out.
 *
 * `node bench/model.mjs`: with what was measured before, in `figures.mjs`.
 * `node bench/model.mjs activeShare=0.3 peakFactor=8`: with other assumptions, by name.
 * `node bench/model.mjs measure postgres://… redis://…`: with what this machine measures now; both have to be empty.
 * `node bench/model.mjs compare postgres://… redis://…`: what the same arithmetic says of one node and of three on this
 * machine, and what they do.
 */
const SIZES = [1e4, 1e6, 1e8]

const assumptions = {
	/** Of all accounts, on one day. */
	activeShare: 0.1,
	/** Of somebody who is active, on that day. */
	signInsPerActive: 1,
	viewsPerActive: 20,
	/** Of all sign-ins: with a wrong password. */
	wrongShare: 0.1,
	/** Of all right sign-ins: "keep me signed in", so that the session's row is there for seven days. */
	rememberedShare: 0.3,
	/** Of all accounts, on one day. */
	registeringShare: 0.001,
	resettingShare: 0.0005,
	/** The busiest minute, against the mean of the day. */
	peakFactor: 5,
	processorsPerNode: 2,
	/** How full anything may be in that minute. */
	fullest: 0.6,
	/** Of the one PostgreSQL that writes, and of Redis. */
	databaseProcessors: 16,
	/** PostgreSQL's own default. */
	maxConnections: 100,
	connectionsPerNode: 10,
	/** Commits that one disk makes last, in a second, each by itself. */
	flushesPerSecond: 2_000,
	/** How many mails one node hands over at once, and for how long each. */
	mailsAtOnce: 10,
	smtpSeconds: 0.5,
}
const DAY = 86_400
const MAIL_KEPT_DAYS = 7
const SESSION_DAYS = { remembered: 7, other: 1.25 / 24 }
const FAILURE_SECONDS = 900
/** Of the registration or change itself, of the notice that follows it. */
const MAILS = { registration: 1, reset: 2 }

await main()

async function main() {
	let measured = figures
	const words = process.argv.slice(2)
	if (words[0] === "compare") {
		const { compare } = await import("./measure.mjs")
		console.log(JSON.stringify(await compare(words[1], words[2]), null, "\t"))
		return
	}
	if (words[0] === "measure") {
		const { measure } = await import("./measure.mjs")
		measured = await measure(words[1], words[2])
		console.log(JSON.stringify(measured, null, "\t"))
	} else for (const word of words) assume(word)
	const columns = SIZES.map((size) => predict(size, measured))
	const line = (name, cells) => console.log(`| ${[name, ...cells].join(" | ")} |`)
	line("", ["10^4", "10^6", "10^8"])
	line("---", ["---", "---", "---"])
	for (const name of Object.keys(columns[0]))
		line(
			name,
			columns.map((column) => column[name].toLocaleString("en-US", { maximumSignificantDigits: 3 })),
		)
}

function assume(word) {
	const [name, value] = word.split("=")
	if (!Object.hasOwn(assumptions, name) || !(Number(value) > 0)) {
		console.error(`What is "${word}"? These can be set: ${Object.keys(assumptions).join(", ")}.`)
		process.exit(1)
	}
	assumptions[name] = Number(value)
}

function predict(accounts, measured) {
	const { fullest, processorsPerNode } = assumptions
	const active = accounts * assumptions.activeShare
	const perDay = {
		signIn: active * assumptions.signInsPerActive,
		view: active * assumptions.viewsPerActive,
		register: accounts * assumptions.registeringShare,
	}
	const resets = accounts * assumptions.resettingShare
	const mailsPerDay = perDay.register * MAILS.registration + resets * MAILS.reset
	const wrongPerDay = perDay.signIn * assumptions.wrongShare
	// A wrong password and a reset cost a hash, as a sign-in does.
	perDay.signIn += wrongPerDay + resets
	const atPeak = (each) => (each / DAY) * assumptions.peakFactor
	const sum = (of) =>
		Object.entries(perDay).reduce((total, [what, each]) => total + atPeak(each) * measured[what][of], 0)

	const processors = sum("processMs") / 1000
	const loops = sum("loopMs") / 1000
	const needed = Math.max(processors / processorsPerNode, loops) / fullest
	// One may be away.
	const nodes = Math.ceil(needed) + 1
	const commits = sum("commits")
	// The row of a session and of who signed in; the end of a session that slides, as a remembered one does not.
	const sliding = perDay.view * (1 - assumptions.rememberedShare)
	const flushes = atPeak(perDay.signIn) * 2 + atPeak(sliding) + atPeak(perDay.register)
	const { remembered, other } = SESSION_DAYS
	const sessionDays = assumptions.rememberedShare * remembered + (1 - assumptions.rememberedShare) * other
	const rows = {
		User: accounts,
		Session: active * assumptions.signInsPerActive * sessionDays,
		OutboxMail: mailsPerDay * MAIL_KEPT_DAYS,
	}
	const bytes = (kind) =>
		Object.entries(rows).reduce((total, [table, count]) => total + count * measured[kind][table], 0)
	const redisKeys = atPeak(wrongPerDay) * FAILURE_SECONDS * measured.redisKey.keysPerFailure

	/** Of each, how full it is at the peak. */
	const use = {
		"the nodes' event loops": loops / nodes,
		"the nodes' processors": processors / (nodes * processorsPerNode),
		"PostgreSQL's processors": sum("databaseMs") / 1000 / assumptions.databaseProcessors,
		"PostgreSQL's commits to disk": flushes / assumptions.flushesPerSecond,
		"Redis' one thread": sum("redisMs") / 1000,
		"mails handed over": (atPeak(mailsPerDay) * assumptions.smtpSeconds) / (nodes * assumptions.mailsAtOnce),
	}
	const connections = nodes * assumptions.connectionsPerNode
	// They do not grow with what people do, but with the nodes: full or not.
	if (connections > assumptions.maxConnections)
		use["PostgreSQL's connections"] = connections / assumptions.maxConnections
	const [first, second] = Object.entries(use).sort(([, a], [, b]) => b - a)
	return {
		"sign-ins/s": short(atPeak(perDay.signIn)),
		"views/s": short(atPeak(perDay.view)),
		"processors busy": short(processors),
		"event loops busy": short(loops),
		nodes,
		connections,
		"statements/s": short(commits),
		"commits to disk/s": short(flushes),
		"WAL MB/s": short(sum("walBytes") / 1e6),
		"PostgreSQL processors": short(sum("databaseMs") / 1000),
		"sessions (rows)": short(rows.Session),
		"mails (rows)": short(rows.OutboxMail),
		"PostgreSQL GB": short(bytes("postgresBytes") / 1e9),
		"SQLite GB": short(bytes("sqliteBytes") / 1e9),
		"Redis keys": short(redisKeys),
		"Redis MB": short((redisKeys * measured.redisKey.bytes) / 1e6),
		"mails/day": short(mailsPerDay),
		"first full": describe(first),
		"full next": describe(second),
	}
}

function describe([name, share]) {
	return `${name} (${short(share * 100)} %)`
}

/** Two digits: no assumption is better. */
function short(number) {
	return Number(number.toPrecision(2))
}
