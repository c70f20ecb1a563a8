/**
 * What one request, one row and one key take, as `node bench/model.mjs measure` found it; `docs/scaling.md` says when
 * and on what machine. Milliseconds are of processor time, which grows little with what else runs there.
 */
export const figures = {
	hashMs: 10.8,
	signIn: {
		processMs: 17.575,
		loopMs: 4.5792,
		databaseMs: 1.3924,
		redisMs: 0.4468,
		rows: 2,
		commits: 4.1738,
		walBytes: 926.1,
	},
	check: {
		processMs: 0.9813,
		loopMs: 0.7256,
		databaseMs: 0.1512,
		redisMs: 0.013,
		rows: 0,
		commits: 1.0275,
		walBytes: 0.255,
	},
	view: {
		processMs: 5.95,
		loopMs: 4.6176,
		databaseMs: 0.7743,
		redisMs: 0.0839,
		rows: 1,
		commits: 2.18,
		walBytes: 496.44,
	},
	register: {
		processMs: 30,
		loopMs: 14.3542,
		databaseMs: 2.5702,
		redisMs: 0.6532,
		rows: 8.02,
		commits: 10.46,
		walBytes: 3888.44,
	},
	redisKey: { keysPerFailure: 6, bytes: 198 },
	signInCounted: {
		processMs: 16,
		loopMs: 4.029,
		databaseMs: 2.5568,
		redisMs: 0.0604,
		rows: 14.0213,
		commits: 7.1438,
		walBytes: 1101.27,
	},
	postgresBytes: { User: 653, Session: 546, OutboxMail: 269 },
	sqliteBytes: { User: 539, Session: 545, OutboxMail: 322 },
}
