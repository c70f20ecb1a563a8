import * as answers from "../answers.server"
import type { Flow } from "./operation.server"

export function service(): Flow {
	return {
		name: "The service itself",
		description: "For operators and API clients.",
		operations: [
			{
				id: "getHome",
				method: "get",
				path: "/",
				summary: "Get the home page",
				access: "optional",
				hasPage: true,
				answer: { status: 200, body: answers.home, description: "Who is signed in, if anyone." },
				refuses: [],
			},
			{
				id: "getHealth",
				method: "get",
				path: "/healthz",
				summary: "Check that the process is alive",
				access: "public",
				hasPage: false,
				answer: { status: 200, body: answers.status, description: "It's alive." },
				refuses: [],
			},
			{
				id: "getReadiness",
				method: "get",
				path: "/readyz",
				summary: "Check that it's ready for requests",
				description: "503 while it's stopping, or when the database doesn't answer.",
				access: "public",
				hasPage: false,
				answer: { status: 200, body: answers.status, description: "Ready." },
				refuses: [],
			},
			{
				id: "getDescription",
				method: "get",
				path: "/openapi.json",
				summary: "Get the API description",
				access: "public",
				hasPage: false,
				answer: { status: 200, body: answers.description, description: "The document." },
				refuses: [],
			},
			{
				id: "getDocs",
				method: "get",
				path: "/docs",
				summary: "Read the API description",
				description: "A page for people. Programs get the document of `/openapi.json`.",
				access: "public",
				hasPage: true,
				answer: { status: 200, body: answers.description, description: "The document." },
				refuses: [],
			},
		],
	}
}
