/* One datagram to a unix socket, which Node itself cannot send: what sd_notify(3) and the native protocol of the journal
 * (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/) consist of. Node-API only, so one build loads into every Node.
 *
 * send(path, bytes, timeoutMs) -> 0, or the errno of what failed. A path that begins with `@` is in the abstract
 * namespace. Waits no longer than timeoutMs for room in the receiver's queue; 0 does not wait at all. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define NAPI_VERSION 8
#include <node_api.h>

static int
send_datagram (const char *path, size_t path_length, const void *bytes, size_t size, uint32_t timeout_ms)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int is_abstract = path[0] == '@';
  socklen_t length = offsetof (struct sockaddr_un, sun_path) + path_length + (is_abstract ? 0 : 1);
  struct timeval timeout = { .tv_sec = timeout_ms / 1000, .tv_usec = (timeout_ms % 1000) * 1000 };
  int fd, error = 0;

  memcpy (address.sun_path, path, path_length);
  if (is_abstract)
    address.sun_path[0] = '\0';

  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return errno;
  if (timeout_ms > 0 && setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) < 0)
    error = errno;
  while (error == 0
      && sendto (fd, bytes, size, MSG_NOSIGNAL | (timeout_ms == 0 ? MSG_DONTWAIT : 0),
          (const struct sockaddr *) &address, length) < 0) {
    if (errno != EINTR)
      error = errno;
  }
  close (fd);
  return error;
}

static napi_value
send_from_js (napi_env env, napi_callback_info info)
{
  size_t count = 3, path_length = 0, size = 0;
  napi_value arguments[3], result;
  char path[sizeof ((struct sockaddr_un *) 0)->sun_path];
  bool is_buffer = false;
  void *bytes = NULL;
  uint32_t timeout_ms = 0;

  if (napi_get_cb_info (env, info, &count, arguments, NULL, NULL) != napi_ok || count != 3
      || napi_get_value_string_utf8 (env, arguments[0], NULL, 0, &path_length) != napi_ok
      || napi_is_buffer (env, arguments[1], &is_buffer) != napi_ok || !is_buffer
      || napi_get_buffer_info (env, arguments[1], &bytes, &size) != napi_ok
      || napi_get_value_uint32 (env, arguments[2], &timeout_ms) != napi_ok) {
    napi_throw_type_error (env, NULL, "send(path, bytes, timeoutMs)");
    return NULL;
  }
  if (path_length == 0 || path_length >= sizeof path
      || napi_get_value_string_utf8 (env, arguments[0], path, sizeof path, &path_length) != napi_ok) {
    napi_create_int32 (env, ENAMETOOLONG, &result);
    return result;
  }
  napi_create_int32 (env, send_datagram (path, path_length, bytes, size, timeout_ms), &result);
  return result;
}

NAPI_MODULE_INIT ()
{
  napi_value send;

  if (napi_create_function (env, "send", NAPI_AUTO_LENGTH, send_from_js, NULL, &send) != napi_ok
      || napi_set_named_property (env, exports, "send", send) != napi_ok)
    return NULL;
  return exports;
}
