package awsclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/objects"
)

// bucketOf returns a bucket of a store, read by a client in us-east-1.
func bucketOf(t *testing.T, store *objects.Store, name string) *Bucket {
	t.Helper()
	server := httptest.NewServer(store)
	t.Cleanup(server.Close)
	opts := Options{EndpointURL: server.URL, StaticCredentials: true, RetryDelay: time.Millisecond}
	opts.setDefaults()
	cfg, err := load(t.Context(), &opts, "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	return (&Client{opts: opts, config: cfg, home: "us-east-1"}).Bucket(name)
}

func listAll(t *testing.T, b *Bucket, prefix, delimiter string) (keys, folders []string) {
	t.Helper()
	err := b.List(t.Context(), prefix, delimiter, func(found []Object, under []string) error {
		for _, o := range found {
			keys = append(keys, fmt.Sprintf("%s %d", o.Key, o.Size))
		}
		folders = append(folders, under...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys, folders
}

// Objects are listed page by page, also those with characters that URLs and XML escape,
// in a bucket of another region than that of the caller.
func TestListObjects(t *testing.T) {
	store := &objects.Store{PageSize: 2}
	for i, key := range []string{"a/1.log", "a/2 b+c&é<.log", "a/3/x.log", "a/3/y.log", "a/4/z.log", "b.log"} {
		store.Put("our-logs", "eu-west-1", key, make([]byte, i))
	}
	b := bucketOf(t, store, "our-logs")
	keys, folders := listAll(t, b, "a/", "/")
	if want := []string{"a/1.log 0", "a/2 b+c&é<.log 1"}; !slices.Equal(keys, want) || !slices.Equal(folders, []string{"a/3/", "a/4/"}) {
		t.Errorf("%q, %q", keys, folders)
	}
	if keys, _ = listAll(t, b, "", ""); len(keys) != 6 {
		t.Errorf("%q", keys)
	}
	text, err := b.ReadRange(t.Context(), Object{Key: "a/2 b+c&é<.log", Size: 1}, 0, 10)
	if err != nil || len(text) != 1 {
		t.Errorf("%q, %v", text, err)
	}
}

// A part of an object is what was asked for; calls that fail for a moment are made again.
func TestReadRange(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789"), 1000)
	for what, fault := range map[string]objects.Fault{
		"nothing":                   {Key: "another"},
		"too many calls":            {Status: http.StatusServiceUnavailable, Code: "SlowDown", Times: 2},
		"an internal error":         {Status: http.StatusInternalServerError, Code: "InternalError", Times: 2},
		"a connection that was cut": {Times: 2},
	} {
		store := &objects.Store{}
		store.Put("our-logs", "us-east-1", "x", text)
		b := bucketOf(t, store, "our-logs")
		object := Object{Key: "x", Size: int64(len(text))}
		store.Fail(fault)
		got, err := b.ReadRange(t.Context(), object, 9003, 5000)
		if err != nil || !bytes.Equal(got, text[9003:]) {
			t.Errorf("%s: %d bytes, %v", what, len(got), err)
		}
		if got, err := b.ReadRange(t.Context(), object, 13, 20); err != nil || string(got) != "34567890123456789012" {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
}

// Each failure of S3 is said in words that name what to do, and none is taken for an
// empty answer.
func TestObjectErrors(t *testing.T) {
	denied := func(text string) objects.Fault {
		return objects.Fault{Status: http.StatusForbidden, Code: "AccessDenied", Text: text}
	}
	for what, c := range map[string]struct {
		fault objects.Fault
		want  string
	}{
		"denied":              {denied("Access Denied"), "the caller lacks s3:GetObject for it, or kms:Decrypt for its key"},
		"denied by the key":   {denied("User: x is not authorized to perform: kms:Decrypt on the resource"), "the caller lacks kms:Decrypt for its key"},
		"denied by a policy":  {denied("not authorized with an explicit deny in a service control policy"), "a service control policy denies s3:GetObject"},
		"archived":            {objects.Fault{Status: http.StatusForbidden, Code: "InvalidObjectState"}, "archived (S3 Glacier): restore it first"},
		"deleted":             {objects.Fault{Status: http.StatusNotFound, Code: "NoSuchKey"}, "was deleted after it was listed"},
		"throttled":           {objects.Fault{Status: http.StatusServiceUnavailable, Code: "SlowDown"}, "still throttled after every retry"},
		"cut again and again": {objects.Fault{}, "the connection failed or broke off"},
		"expired":             {objects.Fault{Status: http.StatusBadRequest, Code: "ExpiredToken"}, "the credentials expired during the run"},
		"a disabled key":      {objects.Fault{Status: http.StatusBadRequest, Code: "KMS.DisabledException"}, "cannot be used (KMS.DisabledException)"},
	} {
		store := &objects.Store{}
		store.Put("our-logs", "us-east-1", "x", []byte("0123456789"))
		store.Fail(c.fault)
		text, err := bucketOf(t, store, "our-logs").ReadRange(t.Context(), Object{Key: "x", Size: 10}, 0, 10)
		if err == nil || text != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v, want %s", what, text, err, c.want)
		}
	}
	store := &objects.Store{}
	store.Put("our-logs", "us-east-1", "x", []byte("0123456789"))
	b := bucketOf(t, store, "our-logs")
	var failure *ObjectError
	if _, err := b.ReadRange(t.Context(), Object{Key: "x", Size: 10, ETag: `"old"`}, 0, 10); !errors.As(err, &failure) || !failure.Missing {
		t.Errorf("an object that was replaced: %v", err)
	}
	if _, err := b.ReadRange(t.Context(), Object{Key: "x", Size: 99}, 50, 10); err == nil {
		t.Error("a part that is not there was read")
	}
	none := func([]Object, []string) error { return nil }
	for what, c := range map[string]struct {
		name string
		f    objects.Fault
		want string
	}{
		"no bucket": {"no-logs", objects.Fault{Key: "none"}, "the bucket no-logs does not exist"},
		"denied":    {"our-logs", objects.Fault{List: true, Status: http.StatusForbidden, Code: "AccessDenied"}, "lacks s3:ListBucket for the bucket our-logs"},
	} {
		store.Fail(c.f)
		if err := bucketOf(t, store, c.name).List(t.Context(), "", "", none); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.List(ctx, "", "", none); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// What is not a list of the objects that were asked for is an error.
func TestObjectNonAnswers(t *testing.T) {
	for what, body := range map[string]string{
		"nothing": "", "a web page": "<html></html>", "JSON": "{}", "a list that is cut off": "<ListBucketResult><Contents><Key>a</Key>",
		"another prefix": "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>b/x</Key><Size>1</Size></Contents></ListBucketResult>",
		"an empty list":  "<ListBucketResult/>",
		"no token":       "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
		"a bad number":   "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a/x</Key><Size>many</Size></Contents></ListBucketResult>",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		b := bucketOf(t, &objects.Store{}, "our-logs")
		b.config.BaseEndpoint, b.config.ConfigSources = &server.URL, []any{givenEndpoint(server.URL)}
		if err := b.List(t.Context(), "a/", "", func([]Object, []string) error { return nil }); err == nil {
			t.Errorf("%s was taken for a list", what)
		}
		server.Close()
	}
}

// The address of an object is AWS's own in each partition, unless an endpoint is given.
func TestObjectAddress(t *testing.T) {
	for _, c := range []struct{ region, bucket, key, given, want string }{
		{"eu-west-1", "our-logs", "a b/é.log", "", "https://our-logs.s3.eu-west-1.amazonaws.com/a%20b/%C3%A9.log"},
		{"eu-west-1", "our-logs", "", "", "https://our-logs.s3.eu-west-1.amazonaws.com/"},
		{"cn-north-1", "our-logs", "x", "", "https://our-logs.s3.cn-north-1.amazonaws.com.cn/x"},
		{"eu-west-1", "our.logs", "x", "", "https://s3.eu-west-1.amazonaws.com/our.logs/x"},
		{"eu-west-1", "our-logs", "x=1/../y", "http://127.0.0.1:5000/", "http://127.0.0.1:5000/our-logs/x%3D1/../y"},
	} {
		opts := Options{StaticCredentials: true, EndpointURL: c.given}
		opts.setDefaults()
		cfg, err := load(t.Context(), &opts, c.region)
		if err != nil {
			t.Fatal(err)
		}
		cfg = (&Client{opts: opts, config: cfg}).regionConfig(c.region, 1)
		u, err := (&objectCall{bucket: c.bucket, key: c.key}).address(t.Context(), &cfg)
		if err != nil || u.String() != c.want {
			t.Errorf("%v: %s, %v", c, u, err)
		}
	}
}
