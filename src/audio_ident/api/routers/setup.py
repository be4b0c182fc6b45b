"""The page that a set-up link opens: one form, without scripts, until the owner is made."""

import html
from http import HTTPStatus
from string import Template
from typing import Annotated

import pydantic
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse

from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.origins import refuse_other_sites
from audio_ident.api.routers.accounts import open_session, register
from audio_ident.errors import AudioIdentError
from audio_ident.model.accounts import LONGEST_NAME, LONGEST_PASSWORD, SHORTEST_PASSWORD
from audio_ident.wiring.accounts import SETUP_PATH

router = APIRouter(include_in_schema=False)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    # the address holds the token; our own form still has to say where it comes from
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

PAGE = Template("""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>audio-ident: set-up</title>
<style>
:root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }
body { max-width: 28rem; margin: 10vh auto; padding: 0 1rem }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit }
input, button { padding: .5rem; margin: .2rem 0 1rem }
[role=alert] { border-left: .3rem solid #c22; padding-left: .7rem }
</style>
<main>$content</main>
</html>
""")

FORM = Template("""\
<h1>Who owns this service?</h1>
$alert
<form method="post" action="$action">
<input type="hidden" name="token" value="$token">
<label for="username">Name</label>
<input id="username" name="username" value="$username" required maxlength="$longest_name"
 autocomplete="username">
<label for="password">Password, at least $shortest_password characters</label>
<input id="password" name="password" type="password" required minlength="$shortest_password"
 maxlength="$longest_password" autocomplete="new-password">
<button>Become the owner</button>
</form>
""")

DONE = Template("""\
<h1>Done</h1>
<p>You own this service now, and are logged in with this browser.
<a href="$docs">Look at what it offers.</a></p>
""")


class SetupForm(pydantic.BaseModel):
    """What the form sends; its values are checked where they are used."""

    token: pydantic.SecretStr = pydantic.SecretStr("")
    username: str = ""
    password: pydantic.SecretStr = pydantic.SecretStr("")


@router.get(SETUP_PATH)
def show_setup(service: ServiceOfApp, token: Annotated[str, Query(max_length=200)] = "") -> object:
    """The form for a new owner."""
    return _form(service.settings.base_path, SetupForm(token=pydantic.SecretStr(token)))


@router.post(SETUP_PATH)
def finish_setup(
    form: Annotated[SetupForm, Form()], service: ServiceOfApp, request: Request
) -> object:
    """Make whoever has the link the owner; the form again, with the reason, if that fails."""
    base_path = service.settings.base_path
    try:
        refuse_other_sites(request, service.settings, needs_proof=True)
        owner = register(
            service,
            request,
            (form.username, form.password.get_secret_value()),
            form.token.get_secret_value(),
        )
    except AudioIdentError as error:
        return _form(base_path, form, error)
    response = _page(DONE.substitute(docs=f"{base_path}/docs"))
    open_session(owner, service, request, response)
    return response


def _form(base_path: str, form: SetupForm, error: AudioIdentError | None = None) -> HTMLResponse:
    sentence = f"{error.fact}. {error.remedy}" if error else ""
    content = FORM.substitute(
        alert=f'<p role="alert">{html.escape(sentence)}</p>' if error else "",
        action=f"{base_path}{SETUP_PATH}",
        token=html.escape(form.token.get_secret_value()),
        username=html.escape(form.username[:LONGEST_NAME]),
        longest_name=LONGEST_NAME,
        shortest_password=SHORTEST_PASSWORD,
        longest_password=LONGEST_PASSWORD,
    )
    return _page(content, error.http_status if error else HTTPStatus.OK)


def _page(content: str, status: int = HTTPStatus.OK) -> HTMLResponse:
    return HTMLResponse(PAGE.substitute(content=content), status, HEADERS)
