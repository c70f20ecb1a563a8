import { readdirSync } from "node:fs"
import type { ServerResponse } from "node:http"
import compression from "compression"
import express, { type RequestHandler } from "express"

const FOLDER = "build/client"

/**
 * Hashed files never change under their name; the few others in `public/` are as private as every answer. Which ones
 * there are is known at the start, so that no page waits for the disk to say that it is none of them.
 */
export function builtAssets(): RequestHandler {
	const names = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
	const files = new Set(names.map((name) => `/${name.replaceAll("\\", "/")}`))
	const setHeaders = (response: ServerResponse) =>
		response.setHeader("Cache-Control", "public, max-age=31536000, immutable")
	const router = express.Router()
	router.use((request, response, next) => {
		// By itself, `compression` leaves it out of a 304 (RFC 9110, 15.4.5).
		response.vary("Accept-Encoding")
		// Whole and unconditional (RFC 9110, 14.2 allows it): what these ask for in vain, Express answers with an error.
		for (const name of ["range", "if-match", "if-unmodified-since"]) delete request.headers[name]
		next()
	})
	router.use(compression())
	router.use("/assets", express.static(`${FOLDER}/assets`, { setHeaders, index: false, redirect: false }))
	router.use(express.static(FOLDER, { cacheControl: false, index: false, redirect: false }))
	return (request, response, next) => (files.has(request.path) ? router(request, response, next) : next())
}
