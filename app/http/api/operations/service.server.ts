import * as answers from "../answers.server"
import type { Flow } from "./operation.server"

export function service(): Flow {
	return {
		name: "The service itself",
		description: "For who runs it, or writes to it.",
		operations: [
			{
				id: "getHome",
				method: "get",
				path: "/",
				summary: "The start page",
				access: "optional",
				hasPage: true,
				answer: { status: 200, body: answers.home, description: "Who is signed in, if anybody is." },
				refuses: [],
			},
			{
				id: "getHealth",
				method: "get",
				path: "/healthz",
				summary: "Whether the process is alive",
				access: "public",
				hasPage: false,
				answer: { status: 200, body: answers.status, description: "It is." },
				refuses: [],
			},
			{
				id: "getReadiness",
				method: "get",
				path: "/readyz",
				summary: "Whether to send people here",
				description: "503 while it stops, or when the database does not answer.",
				access: "public",
				hasPage: false,
				answer: { status: 200, body: answers.status, description: "Ready." },
				refuses: [],
			},
			{
				id: "getDescription",
				method: "get",
				path: "/openapi.json",
				summary: "This description",
				access: "public",
				hasPage: false,
				answer: { status: 200, body: answers.description, description: "The document." },
				refuses: [],
			},
			{
				id: "getDocs",
				method: "get",
				path: "/docs",
				summary: "This description, to be read",
				description: "A page for people; programs get the same document as from `/openapi.json`.",
				access: "public",
				hasPage: true,
				answer: { status: 200, body: answers.description, description: "The document." },
				refuses: [],
			},
		],
	}
}
