/**
 * What one request, one row and one key take, as `node bench/model.mjs measure` found it; `docs/scaling.md` says when
 * and on what machine. Milliseconds are of processor time.
 */
export const figures = {
	hashMs: 17.3,
	signIn: {
		processMs: 23.4,
		loopMs: 4.2794,
		databaseMs: 1.2838,
		redisMs: 0.4391,
		rows: 2,
		commits: 4.0675,
		walBytes: 885.46,
	},
	check: {
		processMs: 1.0313,
		loopMs: 0.6988,
		databaseMs: 0.1396,
		redisMs: 0.0146,
		rows: 0,
		commits: 1.0188,
		walBytes: 0.035,
	},
	view: {
		processMs: 7.25,
		loopMs: 5.2172,
		databaseMs: 0.8004,
		redisMs: 0.1165,
		rows: 1,
		commits: 2.145,
		walBytes: 506.72,
	},
	register: {
		processMs: 41.15,
		loopMs: 16.7452,
		databaseMs: 2.5097,
		redisMs: 0.7735,
		rows: 5.925,
		commits: 7.475,
		walBytes: 2550.12,
	},
	redisKey: { keysPerFailure: 6, bytes: 198 },
	signInCounted: {
		processMs: 26.35,
		loopMs: 5.5997,
		databaseMs: 3.5953,
		redisMs: 0.0525,
		rows: 14.4425,
		commits: 7.7788,
		walBytes: 1096.47,
	},
	postgresBytes: { User: 655, Session: 545, OutboxMail: 269 },
	sqliteBytes: { User: 538, Session: 546, OutboxMail: 322 },
}
