import { existsSync, readFileSync } from "node:fs"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { Duplex } from "node:stream"
import { setTimeout as pause } from "node:timers/promises"
import { parseEnv } from "node:util"
import * as build from "virtual:remix/server-build"
import type { ServerBuild } from "@remix-run/node"
import compression from "compression"
import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express"
import { finishAfterAnswers } from "./app/auth/after-answer.server"
import { checkBackends } from "./app/auth/backend/backends.server"
import { startCleaning } from "./app/auth/cleaning.server"
import { closeLimits, openLimits } from "./app/auth/limit/limit.server"
import { composeMail, loadRendering } from "./app/auth/mails.server"
import { stopHashing, verifyPassword, wouldWaitTooLong } from "./app/auth/password/hashing.server"
import { countActiveSessions } from "./app/auth/session/active-count.server"
import { checkColumns } from "./app/auth/user/columns.server"
import { checkVerificationUrl } from "./app/auth/verification-url.server"
import { config } from "./app/auth.config"
import { checkConfig } from "./app/auth.config.check.server"
import { weakContrasts } from "./app/auth.config.contrast.server"
import { checkClock } from "./app/clock.server"
import { closeDatabase, openDatabase } from "./app/db/client.server"
import { env, settingNames } from "./app/env.server"
import { setReady } from "./app/http/readiness.server"
import { log } from "./app/log.server"
import { startDelivery } from "./app/mail/delivery.server"
import { createSmtpTransport, inboxTransport, waitingTransport } from "./app/mail/transport.server"
import { gauge } from "./app/metrics.server"
import { answerProblem } from "./app/server/answer-problem.server"
import { answerBrokenRequest, refuseUnread } from "./app/server/broken-request.server"
import { builtAssets } from "./app/server/built-assets.server"
import { respondWithJson } from "./app/server/json-responder.server"
import { messageClasses } from "./app/server/message-classes.server"
import { refuseOtherMethods } from "./app/server/methods.server"
import { serveMetrics } from "./app/server/metrics.server"
import { networksInTurn } from "./app/server/network-turns.server"
import { refuseOverload } from "./app/server/overload.server"
import { respondWithPage } from "./app/server/page-responder.server"
import { logUnhandledRejections } from "./app/server/process-faults.server"
import { ReadingBudget } from "./app/server/reading-budget.server"
import { guardRequests } from "./app/server/request-guard.server"
import { logRequest } from "./app/server/request-log.server"
import { routeFinder } from "./app/server/route-table.server"
import { inTurn } from "./app/server/turns.server"
import { StartError } from "./app/start-error"

/** How often Node looks for requests that take too long. */
const TIMEOUT_CHECK_MS = 1_000
/** What the system says of a name or an address that is not this machine's. */
const unusableHosts = new Set(["ENOTFOUND", "EADDRNOTAVAIL", "EAI_AGAIN"])
/** How often, while stopping, to look for connections whose request is done. */
const SWEEP_MS = 50
/** How long a connection on which nothing was asked may then stay. */
const SILENT_MS = 1_000
/** What is left to be done for answers that are out takes milliseconds, unless the database hangs. */
const FINISH_MS = 2_000

gauge(
	"gatehouse_sessions_active",
	"Sessions that have not run out, at most a minute ago",
	countActiveSessions,
)

/**
 * Starts everything: checks the configuration, migrates, opens the outbox, listens.
 *
 * @param assets serves the files of the pages; in development that is Vite
 * @returns as soon as it listens: where, what comes after that as `ready`, and what stops it: requests under way finish,
 *   mails stay in the outbox
 * @throws {StartError} with one line that names the setting to fix; `ready` rejects with one, too
 */
export async function start(options: { assets?: RequestHandler; port?: number } = {}) {
	checkClock()
	checkConfig(config)
	checkBackends()
	checkColumns()
	checkVerificationUrl()
	await openDatabase()
	await openLimits()
	const app = createApp(options.assets ?? builtAssets())
	// Once a packet is read to its end, so that work does not count as reading.
	const begin: RequestListener = (request, response) => process.nextTick(app, request, response)
	const networks = networksInTurn(begin, refuseUnread)
	const reading = new ReadingBudget()
	const answer = inTurn(networks.answer, config.server.answerTimeoutSeconds * 1000)
	let isStopping = false
	const handle: typeof answer = (request, response) => {
		// So that a client sends its next request to somebody else.
		if (isStopping) response.shouldKeepAlive = false
		answer(request, response)
	}
	const requestTimeout = config.server.requestTimeoutSeconds * 1000
	// A missing Host is for the request guard to refuse, which knows how.
	const server = createServer(
		{
			...messageClasses(app),
			connectionsCheckingInterval: TIMEOUT_CHECK_MS,
			requestTimeout,
			requireHostHeader: false,
		},
		handle,
	)
	// By itself, Node leaves out all but the first 2,000; a client that sends so many is refused instead.
	server.maxHeadersCount = 0
	server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) =>
		answerBrokenRequest(error, socket),
	)
	const connections = new Set<Socket>()
	server.on("connection", (socket) => {
		networks.connectionCame()
		// Behind a proxy, connections are the proxy's, which passes on none of what that is for.
		if (env.trustedProxies === 0) reading.connectionCame(socket)
		connections.add(socket)
		socket.once("close", () => connections.delete(socket))
	})
	server.on("connect", (_request, socket: Duplex) =>
		answerBrokenRequest(new Error("CONNECT is for proxies"), socket),
	)
	// What clients expect besides `100-continue` is ignored; Node would answer without our headers.
	server.on("checkExpectation", handle)
	const stopLogging = logUnhandledRejections()
	await new Promise<void>((resolve, reject) => {
		server.once("error", (error: NodeJS.ErrnoException) =>
			reject(
				unusableHosts.has(error.code ?? "")
					? new StartError(`HOST cannot be listened on (${error.code})`)
					: error,
			),
		)
		server.listen(options.port ?? env.port, env.host, resolve)
	})
	const { port } = server.address() as AddressInfo
	const ready = makeReady()

	/**
	 * What pages don't need comes after them. First the threads that hash, which leave the event loop to pages, so that no
	 * sign-in waits for them and what cannot hash does not stay; then mails.
	 */
	async function makeReady() {
		await verifyPassword(null, "").catch((error: unknown) => {
			throw new StartError(`passwords cannot be hashed here (${firstLineOf(error)})`)
		})
		const [transport] = await Promise.all([chooseTransport(), loadRendering()])
		const stopDelivery = startDelivery({ compose: composeMail, transport })
		const stopCleaning = startCleaning()
		if (!isStopping) setReady(true)
		log.info({ event: "server.started", port, url: env.appUrl }, `Serving ${env.appUrl}`)
		for (const weakness of weakContrasts(config.styles)) warn(`app/auth.config.ts: ${weakness}`)
		if (env.production) warnAboutSettings()
		return { stopDelivery, stopCleaning }
	}

	async function stop(): Promise<void> {
		isStopping = true
		setReady(false)
		const { stopDelivery, stopCleaning } = await ready
		stopCleaning()
		log.info({ event: "server.stopping" }, "Stopping: requests under way are finished first")
		await pause(config.server.drainSeconds * 1000)
		const closed = new Promise((resolve) => server.close(resolve))
		// A connection that stays open after its last answer would hold everything up until it times out.
		const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
		// Browsers and balancers open connections in advance. Node takes one that has said nothing yet for a busy one.
		const hangUp = setTimeout(() => {
			for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
		}, SILENT_MS)
		const grace = pause(config.server.shutdownGraceSeconds * 1000)
		void grace.then(() => server.closeAllConnections())
		await closed
		clearInterval(sweep)
		clearTimeout(hangUp)
		// Somebody was told that a mail is on its way: even where the grace period is over, that is written down.
		await Promise.race([finishAfterAnswers(), Promise.all([grace, pause(FINISH_MS)])])
		// A mail whose server does not answer is not waited for any longer: it goes out again after the next start.
		await stopDelivery(grace)
		await stopHashing()
		closeLimits()
		await closeDatabase()
		stopLogging()
		log.info({ event: "server.stopped" }, "Stopped")
	}
	return { app, server, port, url: env.appUrl, ready, stop }
}

function createApp(assets: RequestHandler) {
	const remix = build as unknown as ServerBuild
	const findRoute = routeFinder(remix.routes)
	const app = express()
	app.disable("x-powered-by")
	app.disable("etag")
	app.set("query parser", false)
	app.use(logRequest)
	app.use(guardRequests)
	app.use(serveMetrics)
	app.use(assets)
	app.use(refuseOtherMethods(findRoute))
	app.use(refuseOverload(findRoute, wouldWaitTooLong))
	app.use(respondWithJson(findRoute, remix.entry.module.handleError))
	app.use(compression())
	app.use(respondWithPage(remix, findRoute))
	app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
		log.error({ event: "request.failed", err: error }, "A request failed unexpectedly")
		if (response.headersSent) response.destroy()
		else answerProblem(request, response, "internal")
	})
	return app
}

function firstLineOf(error: unknown): string {
	return String((error as { message?: unknown }).message).split("\n", 1)[0] ?? ""
}

async function chooseTransport() {
	if (env.smtpUrl) return createSmtpTransport(env.smtpUrl)
	return env.production ? waitingTransport : inboxTransport
}

function warnAboutSettings(): void {
	if (!env.smtpUrl) warn("SMTP_URL is not set: mails wait in the outbox until it is")
	if (!env.https) warn("APP_URL is not https: cookies are sent without Secure")
	const own = existsSync(".env") ? Object.keys(parseEnv(readFileSync(".env", "utf8"))) : []
	for (const name of own)
		if (!settingNames.has(name)) warn(`.env: ${name} is not a setting, and does nothing`)
}

function warn(sentence: string): void {
	log.warn({ event: "config.warning" }, sentence)
}
