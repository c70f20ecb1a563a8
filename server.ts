import { readdirSync } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import { setTimeout as pause } from "node:timers/promises"
import * as build from "virtual:remix/server-build"
import type { ServerBuild } from "@remix-run/node"
import compression from "compression"
import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express"
import { finishAfterAnswers } from "./app/auth/after-answer.server"
import { stopHashing } from "./app/auth/password/hashing.server"
import { composeMail } from "./app/auth/mails.server"
import { verifyPassword } from "./app/auth/password/policy.server"
import { config } from "./app/auth.config"
import { checkConfig } from "./app/auth.config.check.server"
import { closeDatabase, openDatabase } from "./app/db/client.server"
import { env } from "./app/env.server"
import { answerBrokenRequest } from "./app/server/broken-request.server"
import { edge, refuse } from "./app/server/request-guard.server"
import { jsonDoor } from "./app/server/json-responder.server"
import { remix } from "./app/server/page-responder.server"
import { logRequest } from "./app/server/request-log.server"
import { log } from "./app/log.server"
import { startOutbox } from "./app/mail/outbox.server"
import { createSmtpTransport, inboxTransport, waitingTransport } from "./app/mail/transport.server"
import { StartError } from "./app/start-error"

/** How often Node looks for requests that take too long. */
const TIMEOUT_CHECK_MS = 1_000
/** What the system says of a name or an address that is not this machine's. */
const listenFaults = new Set(["ENOTFOUND", "EADDRNOTAVAIL", "EAI_AGAIN"])
/** How often, while stopping, connections are looked for whose request is done. */
const SWEEP_MS = 50

/**
 * Starts everything: checks the configuration, migrates, opens the outbox, listens.
 *
 * @param assets serves the client's files; in development that is Vite
 * @returns where it listens, and what stops it: requests under way finish, mails stay in the outbox
 * @throws {StartError} with one line that names the setting to mend
 */
export async function start(options: { assets?: RequestHandler; port?: number } = {}) {
	checkConfig(config)
	await openDatabase()
	// Starts the threads that hash, so that the first sign-in does not wait for them, and what cannot hash does not start.
	await verifyPassword(null, "")
	const transport = chooseTransport()
	const stopOutbox = startOutbox({ compose: composeMail, transport })

	let ready = true
	const app = createApp(options.assets ?? builtAssets(), () => ready)
	const requestTimeout = config.server.requestTimeoutSeconds * 1000
	// A missing Host is for the edge guard to refuse, which knows how.
	const server = createServer(
		{ connectionsCheckingInterval: TIMEOUT_CHECK_MS, requestTimeout, requireHostHeader: false },
		app,
	)
	server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) =>
		answerBrokenRequest(error, socket),
	)
	server.on("connect", (_request, socket: Duplex) =>
		answerBrokenRequest(new Error("CONNECT is for proxies"), socket),
	)
	// What clients expect besides `100-continue` is ignored; Node would answer without our headers.
	server.on("checkExpectation", app)
	await new Promise<void>((resolve, reject) => {
		server.once("error", (error: NodeJS.ErrnoException) =>
			reject(
				listenFaults.has(error.code ?? "")
					? new StartError(`HOST cannot be listened on (${error.code})`)
					: error,
			),
		)
		server.listen(options.port ?? env.port, env.host, resolve)
	})
	const { port } = server.address() as AddressInfo
	log.info({ event: "server.started", port, url: env.appUrl }, `Serving ${env.appUrl}`)
	if (env.production) warnAboutSettings()

	async function stop(): Promise<void> {
		ready = false
		log.info({ event: "server.stopping" }, "Stopping: requests under way are finished first")
		const closed = new Promise((resolve) => server.close(resolve))
		// A connection that stays open after its last answer would hold everything up until it times out.
		const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
		const grace = pause(config.server.shutdownGraceSeconds * 1000)
		void grace.then(() => server.closeAllConnections())
		await closed
		clearInterval(sweep)
		await Promise.race([finishAfterAnswers(), grace])
		// A mail whose server does not answer is not waited for any longer: it goes out again after the next start.
		await Promise.race([stopOutbox(), grace])
		transport.close()
		await stopHashing()
		await closeDatabase()
		log.info({ event: "server.stopped" }, "Stopped")
	}
	return { app, server, port, url: env.appUrl, stop }
}

function createApp(assets: RequestHandler, isReady: () => boolean) {
	const routes = build as unknown as ServerBuild
	const app = express()
	app.disable("x-powered-by")
	app.disable("etag")
	app.set("query parser", false)
	app.use(logRequest)
	app.use(edge)
	app.use(assets)
	app.use(jsonDoor(routes, isReady))
	app.use(compression())
	app.use(remix(routes, isReady))
	app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
		log.error({ event: "request.failed", err: error }, "A request failed unexpectedly")
		if (response.headersSent) response.destroy()
		else refuse(request, response, "internal")
	})
	return app
}

/**
 * Hashed files never change under their name; the few others in `public/` are as private as every answer. Which ones
 * there are is known at the start, so that no page waits for the disk to say that it is none of them.
 */
function builtAssets(): RequestHandler {
	const names = readdirSync("build/client", { recursive: true, encoding: "utf8" })
	const files = new Set(names.map((name) => `/${name.replaceAll("\\", "/")}`))
	const setHeaders = (response: ServerResponse) =>
		response.setHeader("Cache-Control", "public, max-age=31536000, immutable")
	const router = express.Router()
	router.use((request, _response, next) => next(files.has(request.path) ? undefined : "router"))
	router.use((request, _response, next) => {
		// Whole and unconditional (RFC 9110, 14.2 allows it): what these ask for in vain, Express answers with an error.
		for (const name of ["range", "if-match", "if-unmodified-since"]) delete request.headers[name]
		next()
	})
	router.use(compression())
	router.use("/assets", express.static("build/client/assets", { setHeaders, index: false, redirect: false }))
	router.use(express.static("build/client", { cacheControl: false, index: false, redirect: false }))
	return router
}

function chooseTransport() {
	if (env.smtpUrl) return createSmtpTransport(env.smtpUrl)
	return env.production ? waitingTransport : inboxTransport
}

function warnAboutSettings(): void {
	if (!env.smtpUrl)
		log.warn({ event: "config.warning" }, "SMTP_URL is not set: mails wait in the outbox until it is")
	if (!env.https)
		log.warn({ event: "config.warning" }, "APP_URL is not https: cookies are sent without Secure")
}
