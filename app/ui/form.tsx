import { Form as RouterForm, useFormAction, useNavigation } from "@remix-run/react"
import { createContext, type KeyboardEvent, type ReactNode, useContext, useEffect, useRef } from "react"
import type { RefusedForm } from "../http/submission.server"
import { FormError, onlyFaultOf } from "./form-error"

type FormScope = {
	/** Begins the ids of all that belongs to the form. */
	id: string
	/** What its last try was refused for; undefined where it was another form of the page. */
	refused: RefusedForm | undefined
	/** The field that alone is at fault. */
	onlyFault: string | null
	busy: boolean
}

const Scope = createContext<FormScope>({ id: "form", refused: undefined, onlyFault: null, busy: false })

/** The form around a field or a button. */
export function useFormScope(): FormScope {
	return useContext(Scope)
}

/** Runs when the form comes back refused, also where the page was not loaded anew. */
export function useOnRefusal(effect: (refused: RefusedForm) => void): void {
	const { refused } = useFormScope()
	const before = useRef(refused)
	useEffect(() => {
		if (refused === before.current) return
		before.current = refused
		if (refused) effect(refused)
	})
}

type FormProps = {
	/** Unique on the page. */
	id: string
	refused?: RefusedForm
	/** Where it goes; without it, the page's own action. */
	action?: string
	/** Tells the forms of one page apart, as `intent` in what is sent. */
	intent?: string
	/** Where to be led afterwards. */
	redirectTo?: string | null
	/** Sent along unseen. */
	hidden?: Record<string, string | undefined>
	/** Of the fields that it shows, by name. */
	labels?: Record<string, string>
	/** Only to be looked at. */
	disabled?: boolean
	children: ReactNode
}

/** A form that knows its own refusal, pending state and ids, so that a page can have several. */
export function Form(props: FormProps) {
	const { id, refused, action, intent, redirectTo, hidden, labels = {}, disabled, children } = props
	const own = refused?.typed.intent === intent ? refused : undefined
	const target = useFormAction(action)
	const { formMethod, formAction, formData } = useNavigation()
	const busy =
		formMethod === "POST" &&
		pathOf(formAction) === pathOf(target) &&
		(formData?.get("intent") ?? undefined) === intent
	const onlyFault = onlyFaultOf(own?.problem, labels)
	const unseen = { ...hidden, intent, redirect_to: own?.typed.redirect_to ?? redirectTo ?? undefined }
	return (
		<Scope.Provider value={{ id, refused: own, onlyFault, busy }}>
			<FormError formId={id} problem={own?.problem} labels={labels} />
			<RouterForm id={id} method="post" action={action} noValidate onKeyDown={followNextKey}>
				{Object.entries(unseen).map(
					([name, value]) => value && <input key={name} type="hidden" name={name} value={value} />,
				)}
				{disabled ? <fieldset disabled>{children}</fieldset> : children}
			</RouterForm>
		</Scope.Provider>
	)
}

/** A screen keyboard's "next" leads on, as it says. Safari would send the form; other browsers do so by themselves. */
function followNextKey(event: KeyboardEvent<HTMLFormElement>): void {
	const { key, target, currentTarget: form } = event
	if (key !== "Enter" || !(target instanceof HTMLInputElement) || target.enterKeyHint !== "next") return
	if (!window.matchMedia("(pointer: coarse)").matches) return
	const typed = [...form.querySelectorAll<HTMLInputElement>("input[enterkeyhint]")]
	const next = typed[typed.indexOf(target) + 1]
	if (!next) return
	event.preventDefault()
	next.focus()
}

function pathOf(action: string | undefined): string | undefined {
	return action?.split("?", 1)[0]
}
