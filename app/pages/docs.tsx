import type { ReadableApi, ReadableOperation } from "../http/api/readable.server"
import { Words } from "../ui/words"

/** For anyone who writes a program: every route, as it is configured. */
export function DocsPage({ title, flows, saidToAll }: ReadableApi) {
	return (
		<section className="inside docs" aria-labelledby="title">
			<div className="inside-head">
				<div>
					<h1 id="title">{title} API</h1>
					<p className="lead">
						Every page also answers in JSON. For your tools, the same description is{" "}
						<a href="/openapi.json">openapi.json</a>.
					</p>
				</div>
			</div>
			<nav className="sheet docs-contents" aria-label="Routes">
				{flows.map(({ name, operations }) => (
					<div key={name}>
						<h2>{name}</h2>
						<ul>
							{linesOf(operations).map(({ id, methods, path }) => (
								<li key={id}>
									<a href={`#${id}`}>{path}</a> <span className="docs-method">{methods}</span>
								</li>
							))}
						</ul>
					</div>
				))}
			</nav>
			<div className="docs-flows">
				<section className="sheet docs-flow" aria-labelledby="basics">
					<h2 id="basics">For every request</h2>
					<p>
						You get JSON if <code>Accept</code> prefers <code>application/json</code>, or if you send JSON and
						don't ask for HTML. Forms get a page, or a 303 to one. Refusals are{" "}
						<code>application/problem+json</code> (RFC 9457): <code>code</code> says which it is, and{" "}
						<code>errors</code> has a sentence for each faulty field. Any request can be answered with:
					</p>
					<Refusals refusals={saidToAll} />
				</section>
				{flows.map(({ name, description, operations }) => (
					<section key={name} className="sheet docs-flow" aria-label={name}>
						<h2>{name}</h2>
						<p>{description}</p>
						{operations.map((operation) => (
							<Operation key={operation.id} {...operation} />
						))}
					</section>
				))}
			</div>
		</section>
	)
}

/** A line for each path, with the first of its operations. */
function linesOf(operations: ReadableOperation[]) {
	const paths = [...new Set(operations.map(({ path }) => path))]
	return paths.map((path) => {
		const ofPath = operations.filter((operation) => operation.path === path)
		return { id: ofPath[0]?.id ?? "", path, methods: ofPath.map(({ method }) => method).join(" ") }
	})
}

function Operation(operation: ReadableOperation) {
	const { id, method, path, summary, description, access, fields, answers, refusals, commands } = operation
	return (
		<article className="docs-operation" aria-labelledby={id}>
			<h3 id={id}>
				<span className="docs-method">{method}</span> <code>{path}</code>
			</h3>
			<p>
				<strong>
					<WithCode text={summary} />.
				</strong>{" "}
				{access} {description && <WithCode text={description} />}
			</p>
			{fields.length > 0 && <Fields fields={fields} />}
			<ul className="docs-answers">
				{answers.map(({ status, description }) => (
					<li key={status}>
						<b>{status}</b> {description}
					</li>
				))}
			</ul>
			{refusals.length > 0 && <Refusals refusals={refusals} />}
			{commands.map((command) => (
				<pre key={command}>
					<code>{command}</code>
				</pre>
			))}
		</article>
	)
}

function Fields({ fields }: Pick<ReadableOperation, "fields">) {
	return (
		<table>
			<thead>
				<tr>
					<th scope="col">Field</th>
					<th scope="col">Value</th>
				</tr>
			</thead>
			<tbody>
				{fields.map(({ name, where, form, required, about }) => (
					<tr key={`${where} ${name}`}>
						<th scope="row">
							<code>{name}</code>{" "}
							<span className="hint">
								{where === "body" ? "" : `in the ${where}, `}
								{required ? "required" : "optional"}
							</span>
						</th>
						<td>
							<Words>{form}</Words>
							{about && (
								<span className="hint">
									<WithCode text={about} />
								</span>
							)}
						</td>
					</tr>
				))}
			</tbody>
		</table>
	)
}

function Refusals({ refusals }: Pick<ReadableOperation, "refusals">) {
	return (
		<ul className="docs-answers">
			{refusals.map(({ status, code, sentence }) => (
				<li key={code}>
					<b>{status}</b> <code>{code}</code>{" "}
					<span className="hint">
						<WithCode text={sentence} />
					</span>
				</li>
			))}
		</ul>
	)
}

/** What stands between backquotes is code. */
function WithCode({ text }: { text: string }) {
	return text
		.split(/`([^`]*)`/)
		.map((part, index) => (index % 2 ? <code key={part}>{part}</code> : <Words key={part}>{part}</Words>))
}
