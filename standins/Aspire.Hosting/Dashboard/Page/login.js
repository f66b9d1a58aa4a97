// Who comes by a link on another site is logged in, but the browser did not send the new cookie along with that site's navigation.
const answer = await fetch('/login/state');
if ((await answer.json()).isLoggedIn) location.replace('/');
