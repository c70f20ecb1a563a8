import { execFileSync } from "node:child_process"
import { chmodSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findProgram } from "./program"

/** Files in PEM. Who trusts `cert` trusts the server: it signed itself. */
export type Certificate = { cert: string; key: string }

/** Of `localhost`, and of no address: who connects by that is told a lie. */
export function makeCertificate(): Certificate {
	const folder = mkdtempSync(join(tmpdir(), "gatehouse-certificate-"))
	const [cert, key] = ["cert.pem", "key.pem"].map((name) => join(folder, name)) as [string, string]
	const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
	const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...subject]
	execFileSync(findProgram("openssl"), [...request, "-keyout", key, "-out", cert], { stdio: "pipe" })
	for (const file of [folder, cert, key]) chmodSync(file, file === folder ? 0o755 : 0o644)
	return { cert, key }
}
