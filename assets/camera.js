// The camera of the browser and desktop renderers. Frames go to Rust as grey pixels over one
// WebSocket, one in flight, paced by the replies; Rust decodes and tells the screens. Nothing here
// decides anything. Message shapes: src/adapters/camera_hub.rs.
//
//   sealCamera.start({video, overlay, secret, formats, practice, socket})  -> {ok, trouble?}
//     video, overlay: element ids of a <video> and an <svg> over it; socket: the hub's URL, secret included (or
//     secret alone: same origin); formats: set id (0 scan box, 1 sheet, 2 seal, 3 waybill);
//     practice: {symbology, code} shows a printed practice code instead of a camera, {photo} a scene,
//     {screen} what another practice device shows now,
//     null a real camera
//   sealCamera.formats(id), .still(), .torch(on), .zoom(x), .pick('scan' | 'photo'), .stop()
//   .count {frames, right, wrong, sounded, vibrated}: frames answered, cues asked for, and how many were heard and felt
//   A touch on an outline of a trusted code is told as {touched: text}.
//   A click on [data-seal-camera=pick-scan] or [data-seal-camera=pick-photo] opens the file chooser
//   (in the click itself: browsers refuse it later).
(() => {
  'use strict';
  if (window.sealCamera) return;
  const FRAME = 1, STILL = 2, PICTURE = 3, CHOSEN = 4; // kinds of binary message
  const LONGEST = 1280, PAUSE_MS = 60, REPLY_MS = 6000, MOST_BYTES = 32 << 20, THUMB_PX = 24, LINGER_MS = 1500;
  const sleep = ms => new Promise(done => setTimeout(done, ms));
  const within = (ms, promise) => Promise.race([promise, sleep(ms).then(() => { throw new Error('timeout'); })]);
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  let now = null; // the running session; a new start() replaces it

  const message = (kind, formats, w, h, bytes) => {
    const out = new Uint8Array(8 + bytes.length);
    out.set([0x53, 0x46, kind, formats, w >> 8, w & 255, h >> 8, h & 255]);
    out.set(bytes, 8);
    return out;
  };
  const tell = (s, what) => { if (s.ws && s.ws.readyState === 1) s.ws.send(JSON.stringify(what)); };

  function socketUrl(o) {
    const u = new URL(o.socket || '/frames', location.href);
    u.protocol = u.protocol.replace('http', 'ws');
    if (!o.socket) u.searchParams.set('secret', o.secret);
    return u.href;
  }

  function connect(s) {
    return new Promise((open, fail) => {
      const ws = new WebSocket(socketUrl(s.o));
      ws.binaryType = 'arraybuffer';
      ws.onopen = () => { s.ws = ws; open(); };
      ws.onerror = () => fail(new Error('socket'));
      ws.onclose = () => { if (s.ws === ws) s.ws = null; if (s.reply) s.reply(null); };
      ws.onmessage = e => {
        let m; try { m = JSON.parse(e.data); } catch { return; }
        if (m.do === 'still') still();
        else if (m.do === 'stop') stop();
        else if (m.do === 'cue') cue(m);
        else if (s.reply) s.reply(m);
      };
    });
  }

  function troubleOf(error) {
    switch (error && error.name) {
      case 'NotAllowedError': case 'SecurityError': return 'denied';
      case 'NotFoundError': case 'OverconstrainedError': return 'no_camera';
      case 'NotReadableError': case 'AbortError': return 'busy';
      default: return 'failed';
    }
  }

  async function openCamera(s) {
    if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) throw { name: 'insecure' };
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: { ideal: 'environment' } },
    });
    if (now !== s) { stream.getTracks().forEach(t => t.stop()); return; }
    s.stream = stream;
    s.track = stream.getVideoTracks()[0];
    s.track.onended = () => { if (now === s) { tell(s, { trouble: 'busy' }); stop(); } };
    const v = s.video;
    v.muted = true; v.playsInline = true; v.srcObject = stream;
    await v.play();
    for (let i = 0; i < 100 && !v.videoWidth; i++) await sleep(20);
    s.source = () => [v, v.videoWidth, v.videoHeight];
  }

  // The practice camera: a few different frames of the code, shown in turn.
  // They come from where the hub is: in a window that is another origin than the page's.
  async function openPractice(s) {
    const { photo, screen, symbology, code } = s.o.practice;
    const server = socketUrl(s.o).replace(/^ws/, 'http');
    const load = async n => {
      const [path, asked] = photo ? ['scene.jpg', { photo }]
        : screen ? ['screen.png', { device: screen, turn: n }] : ['feed.png', { symbology, code, jitter: n }];
      const u = new URL('/practice/' + path, server);
      for (const [k, v] of Object.entries(asked)) u.searchParams.set(k, v);
      const i = new Image(); i.crossOrigin = 'anonymous'; i.src = u.href; await i.decode(); return i;
    };
    const frames = [await load(Math.floor(Math.random() * 1000))];
    let at = 0;
    s.source = () => [frames[at], frames[at].naturalWidth, frames[at].naturalHeight];
    const show = () => { s.video.poster = frames[at].src; };
    show();
    if (photo) return;
    (async () => {
      for (let n = 1001; now === s; n++) {
        if (screen) { try { frames[0] = await load(n); } catch { /* the next look */ } }
        else if (frames.length < 6) { try { frames.push(await load(n)); } catch { /* keep what we have */ } }
        await sleep(250);
        at = (at + 1) % frames.length;
        if (now === s) show();
      }
    })();
  }

  function grab(s) {
    const [from, sw, sh] = s.source();
    if (!sw || !sh) return null;
    const k = Math.min(1, LONGEST / Math.max(sw, sh));
    const w = Math.round(sw * k), h = Math.round(sh * k);
    if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
    pen.drawImage(from, 0, 0, w, h);
    const rgba = pen.getImageData(0, 0, w, h).data, grey = new Uint8Array(w * h);
    for (let i = 0, j = 0; j < grey.length; i += 4, j++) grey[j] = (rgba[i] * 77 + rgba[i + 1] * 150 + rgba[i + 2] * 29) >> 8;
    return { w, h, grey };
  }

  function outline(s, reply, w, h) {
    if (!s.overlay) return;
    const ns = 'http://www.w3.org/2000/svg';
    const found = (reply && reply.found) || [], then = performance.now();
    // A code may be read on some frames only: a thumb that meant its outline still finds it.
    s.found = found.concat((s.found || []).filter(old => then - old.then < LINGER_MS && !found.some(f => f.text === old.text)));
    found.forEach(f => { f.then = then; });
    s.overlay.setAttribute('viewBox', `0 0 ${w} ${h}`);
    s.overlay.setAttribute('preserveAspectRatio', 'xMidYMid slice'); // as object-fit: cover
    s.overlay.replaceChildren(...found.map(f => {
      const one = document.createElementNS(ns, 'g');
      one.setAttribute('class', f.trusted ? 'found found--trusted' : 'found');
      // twice, one over the other: a light edge shows on dark pictures, a dark one on light ones
      for (let i = 0; i < 2; i++) {
        const p = document.createElementNS(ns, 'polygon');
        p.setAttribute('points', f.corners.map(c => c.map(Math.round).join(',')).join(' '));
        one.appendChild(p);
      }
      return one;
    }));
  }

  // Which outline was touched: the nearest one whose box, with room for a thumb, holds the point. By place and not by
  // element: the outlines are drawn anew with each frame.
  function touched(s, x, y) {
    const to = s.overlay && s.overlay.getScreenCTM();
    if (!to) return null;
    const p = new DOMPoint(x, y).matrixTransform(to.inverse()), room = THUMB_PX / to.a;
    let best = null, least = Infinity;
    for (const f of s.found || []) {
      if (!f.trusted) continue;
      const xs = f.corners.map(c => c[0]), ys = f.corners.map(c => c[1]);
      const [l, r, t, b] = [Math.min(...xs) - room, Math.max(...xs) + room, Math.min(...ys) - room, Math.max(...ys) + room];
      const far = Math.hypot(p.x - (l + r) / 2, p.y - (t + b) / 2);
      if (p.x >= l && p.x <= r && p.y >= t && p.y <= b && far < least) { best = f; least = far; }
    }
    return best;
  }
  document.addEventListener('pointerdown', e => {
    const s = now, place = s && s.overlay && s.overlay.parentElement;
    if (!place || !(e.target instanceof Element) || !place.contains(e.target) || e.target.closest('button')) return;
    const one = touched(s, e.clientX, e.clientY);
    if (one) tell(s, { touched: one.text });
  });

  // Tones and vibration. Rust decides which and whether; see docs/scanning.md. Browsers give no sound before a touch: then
  // there is none, and the screen has said it anyway.
  const TONES = { // [from ms, for ms, hertz]
    right: [[0, 90, 1760]],
    wrong: [[0, 140, 440], [200, 220, 330]],
  };
  const SHAKES = { right: [30], wrong: [120, 80, 120] };
  const count = { frames: 0, right: 0, wrong: 0, sounded: 0, vibrated: 0 };
  let audio = null;
  function unlock() {
    try {
      audio = audio || new (window.AudioContext || window.webkitAudioContext)();
      if (audio.state === 'suspended') audio.resume().catch(() => {});
    } catch { audio = null; } // this page has no sound
  }
  document.addEventListener('pointerdown', unlock, true);
  function cue(m) {
    if (!TONES[m.cue]) return;
    count[m.cue]++;
    if (m.sound) {
      unlock();
      if (audio && audio.state === 'running') { play(TONES[m.cue]); count.sounded++; }
    }
    if (m.vibration && navigator.vibrate) {
      try { if (navigator.vibrate(SHAKES[m.cue])) count.vibrated++; } catch { /* not allowed here */ }
    }
  }
  function play(tones) {
    for (const [from, long, hertz] of tones) {
      const begin = audio.currentTime + from / 1000, end = begin + long / 1000;
      const tone = audio.createOscillator(), loud = audio.createGain();
      tone.type = 'square'; // carries over engines better than a sine
      tone.frequency.value = hertz;
      loud.gain.setValueAtTime(0.0001, begin);
      loud.gain.exponentialRampToValueAtTime(0.25, begin + 0.008); // without a click
      loud.gain.setValueAtTime(0.25, end - 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, end);
      tone.connect(loud).connect(audio.destination);
      tone.start(begin);
      tone.stop(end);
    }
  }

  async function loop(s) {
    while (now === s) {
      const began = performance.now();
      if (!s.ws) {
        try { await connect(s); } catch { await sleep(1000); continue; }
        if (now !== s) { if (s.ws) s.ws.close(); return; }
        tell(s, s.started);
      }
      const frame = document.hidden ? null : grab(s);
      if (!frame) { await sleep(200); continue; }
      try {
        const answer = new Promise(done => { s.reply = done; });
        s.ws.send(message(FRAME, s.formats, frame.w, frame.h, frame.grey));
        const reply = await within(REPLY_MS, answer);
        if (reply) count.frames++;
        if (now === s) outline(s, reply, frame.w, frame.h);
      } catch { if (s.ws) s.ws.close(); s.ws = null; }
      s.reply = null;
      await sleep(Math.max(5, PAUSE_MS - (performance.now() - began)));
    }
  }

  async function start(o) {
    stop();
    const s = { o, formats: o.formats || 0, video: document.getElementById(o.video),
      overlay: o.overlay ? document.getElementById(o.overlay) : null, ws: null, reply: null };
    now = s;
    const fail = trouble => {
      tell(s, { trouble });
      if (now === s) stop();
      return { ok: false, trouble };
    };
    try { await connect(s); } catch { return fail('disconnected'); }
    if (now !== s) { s.ws.close(); return { ok: false, trouble: 'stopped' }; }
    try {
      if (!s.video) throw { name: 'no video element' };
      await (o.practice ? openPractice(s) : openCamera(s));
    } catch (e) {
      return fail(e && e.name === 'insecure' ? 'insecure' : troubleOf(e));
    }
    if (now !== s) return { ok: false, trouble: 'stopped' };
    const can = s.track && s.track.getCapabilities ? s.track.getCapabilities() : {};
    const [, width, height] = s.source();
    s.started = { started: { practice: !!o.practice, width, height, torch: !!can.torch, zoom: can.zoom ? can.zoom.max : null } };
    tell(s, s.started);
    loop(s);
    return { ok: true };
  }

  function stop() {
    const s = now;
    now = null;
    if (!s) return;
    if (s.stream) s.stream.getTracks().forEach(t => { t.onended = null; t.stop(); });
    if (s.video) { s.video.srcObject = null; s.video.removeAttribute('poster'); }
    if (s.overlay) s.overlay.replaceChildren();
    if (s.reply) s.reply(null);
    if (s.ws) { tell(s, { stopped: true }); s.ws.close(); }
  }

  // A full-resolution photograph to Rust, as JPEG.
  async function still() {
    const s = now;
    if (!s || !s.source || !s.ws) return false;
    let blob = null;
    try {
      if (s.track && window.ImageCapture) blob = await within(3000, new ImageCapture(s.track).takePhoto());
    } catch { /* many cameras cannot: the frame will do */ }
    if (!blob || blob.type !== 'image/jpeg') {
      const [from, w, h] = s.source();
      const big = document.createElement('canvas');
      big.width = w; big.height = h;
      big.getContext('2d').drawImage(from, 0, 0);
      blob = await new Promise(done => big.toBlob(done, 'image/jpeg', 0.92));
    }
    if (!blob || now !== s || !s.ws) return false;
    s.ws.send(message(STILL, s.formats, 0, 0, new Uint8Array(await blob.arrayBuffer())));
    return true;
  }

  async function constrain(what) {
    try { await now.track.applyConstraints({ advanced: [what] }); return true; } catch { return false; }
  }

  // The file chooser is made here: a rendered <input type=file> gives no files in several renderers.
  function pick(what) {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = 'image/jpeg,image/png,image/webp,image/*';
    input.onchange = async () => {
      const s = now, file = input.files && input.files[0];
      if (!s || !file) return;
      if (file.size > MOST_BYTES) { tell(s, { trouble: 'too_large' }); return; }
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (s.ws) s.ws.send(message(what === 'photo' ? CHOSEN : PICTURE, s.formats, 0, 0, bytes));
    };
    input.click();
  }
  document.addEventListener('click', e => {
    const b = e.target instanceof Element && e.target.closest('[data-seal-camera]');
    if (b && !b.disabled) {
      const m = /^pick-(scan|photo)$/.exec(b.dataset.sealCamera);
      if (m) pick(m[1]);
    }
  });

  window.sealCamera = {
    start, stop, still, pick, count,
    torch: on => constrain({ torch: !!on }),
    zoom: x => constrain({ zoom: x }),
    formats: id => { if (now) now.formats = id; },
  };
})();
