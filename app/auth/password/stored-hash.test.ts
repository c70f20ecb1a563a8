import { describe, expect, it } from "vitest"
import { checkStoredHash, makeHash } from "./stored-hash.js"

/** An accent and a ligature: what is normalised otherwise is another password. */
const LIGATURE = "Caf\u00e9 au lait \ufb01ne"

/** From the libraries themselves, or from their own tests and documentation. */
const vectors: [system: string, password: string, stored: string][] = [
	["Django 1.4", "letmein", "pbkdf2_sha256$10000$seasalt$FQCNpiZpTb0zub+HBsH6TOwyRxJ19FwvjbweatNmK/Y="],
	["Django 5.2", "lètmein", "pbkdf2_sha256$1000000$seasalt$r1uLUxoxpP2Ued/qxvmje7UH9PUJBkRrvf9gGPL7Cps="],
	[
		"hashcat's Django",
		"hashcat",
		"pbkdf2_sha256$10000$1135411628$bFYX62rfJobJ07VwrUMXfuffLfj2RDM2G6/BrTrUWkE=",
	],
	[
		"piccolo (as its `hash_password` makes it, by Python's hashlib)",
		"correct horse battery",
		"pbkdf2_sha256$10000$0f1e2d3c4b5a69788796a5b4c3d2e1f0$e9db70a183fd6e911aad769b15447d9565401f76df45c58d928c3b7214994f08",
	],
	["bcrypt, jBCrypt's vector", "abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"],
	[
		"bcrypt, jBCrypt's vector",
		"abcdefghijklmnopqrstuvwxyz",
		"$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC",
	],
	["bcrypt as PHP writes it", "abc", "$2y$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"],
	[
		"Lucia 3",
		LIGATURE,
		"c58ed3095846848a18777273fb6ea8e9:e864573c2fe87b03089e424ac129d3d45a9a36cff6a04eb96bc07d0b3d3170ca62f254ac7c4b18b07da812f1e3831dd9e2a5b22c4ce1dc46c81fe64f6e32d0d0",
	],
	[
		"better-auth",
		LIGATURE,
		"9064c83b43e8ed16ef36c06f6ad1e02d:ab19d958e5d36ef19a4a1f0b5dd16c1cdfff0158e158052db3b223c74650739f8c28753342b3d284a78645790ef745d089c2278f4c32438bb97914f0ef6ec436",
	],
]

describe("hashes of other systems", () => {
	it.for(vectors)("%s", ([, password, stored]) => {
		expect(checkStoredHash(stored, password)).toEqual({ right: true, outdated: true, unusable: false })
		expect(checkStoredHash(stored, `${password} `)).toEqual({
			right: false,
			outdated: false,
			unusable: false,
		})
	})

	it("argon2 of other parameters", () => {
		const stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
		expect(checkStoredHash(stored, "password")).toEqual({ right: true, outdated: true, unusable: false })
		expect(checkStoredHash(stored, "Password").right).toBe(false)
	})

	it("bcrypt: nothing counts after a NUL, so a password with one is wrong", () => {
		const stored = "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"
		expect(checkStoredHash(stored, "abc\0def").right).toBe(false)
	})
})

describe("H-85: what cannot be checked is nobody's, at the price of one hash", () => {
	it.for([
		"",
		"not a hash",
		"$argon2id$v=19$m=1$broken",
		"$argon2id$v=19$m=19456,t=1000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=1048576,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=19456,t=2,p=64$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"pbkdf2_sha256$999999999$seasalt$FQCNpiZpTb0zub+HBsH6TOwyRxJ19FwvjbweatNmK/Y=",
		"pbkdf2_sha256$0$seasalt$FQCNpiZpTb0zub+HBsH6TOwyRxJ19FwvjbweatNmK/Y=",
		"pbkdf2_sha512$10000$seasalt$FQCNpiZpTb0zub+HBsH6TOwyRxJ19FwvjbweatNmK/Y=",
		"$2a$31$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
		"$2x$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
		"md5$salt$0123456789abcdef0123456789abcdef",
	])("%s", (stored) => {
		expect(checkStoredHash(stored, "letmein")).toEqual({ right: false, outdated: false, unusable: true })
	})

	it("what is too long, or no text", () => {
		const ours = makeHash("letmein")
		for (const stored of [ours + "A".repeat(1_000), Buffer.from(ours), 7])
			expect(checkStoredHash(stored as string, "letmein")).toEqual({
				right: false,
				outdated: false,
				unusable: true,
			})
	})

	it("no account is no fault of what is stored", () => {
		expect(checkStoredHash(null, "letmein")).toEqual({ right: false, outdated: false, unusable: false })
	})
})

it("ours is neither outdated nor unusable, and is of the normalised password", () => {
	const stored = makeHash("cafe\u0301 au lait")
	expect(checkStoredHash(stored, "caf\u00e9 au lait")).toEqual({
		right: true,
		outdated: false,
		unusable: false,
	})
	expect(checkStoredHash(`${stored.slice(0, -4)}$$$$`, "caf\u00e9 au lait").unusable).toBe(true)
})
