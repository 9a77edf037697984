/* Requests of the import's forms after the user was signed out in another tab: they get the new CSRF
   token once somebody has signed in again, or an error that shows where to sign in. */
window.digestImport = (() => {
  const AJAX_HEADERS = { "X-Requested-With": "XMLHttpRequest" };
  const { stateUrl, signInUrl, user, ...texts } = document.currentScript.dataset;

  class SessionEnded extends Error {
    constructor(state) {
      super(texts[state]);
      this.isSignedOut = state === "signedOut";
    }
  }

  /* Writes the CSRF token of the session into all forms, and returns it. */
  const renewToken = async () => {
    const options = { cache: "no-store", redirect: "manual" };
    const response = await fetch(`${stateUrl}?${new URLSearchParams({ user })}`, options);
    if (response.type === "opaqueredirect") throw new SessionEnded("signedOut");
    if (!response.ok) throw new Error(`Status ${response.status}`);
    const { state, csrf_token: token } = await response.json();
    if (state === "other-user") throw new SessionEnded("otherUser");
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((input) => {
      input.value = token;
    });
    return token;
  };

  const post = (url, data) => fetch(url, { method: "POST", body: data, headers: AJAX_HEADERS });

  const send = async (url, data) => {
    let response = await post(url, data);
    if (response.status === 403) {
      data.set("csrfmiddlewaretoken", await renewToken());
      response = await post(url, data);
    }
    if (!response.ok) throw new Error(`Status ${response.status}`);
    return response.json();
  };

  /* Shows the error, and returns its link to sign in. */
  const showEnded = (error, status) => {
    status.textContent = `${error.message} `;
    if (!error.isSignedOut) return null;
    const link = document.createElement("a");
    Object.assign(link, { href: signInUrl, target: "_blank", textContent: texts.signIn });
    status.append(link);
    return link;
  };

  return { SessionEnded, renewToken, send, showEnded };
})();
