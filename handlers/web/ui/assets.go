// SPDX-FileCopyrightText: 2026 SOL Assistenza contributors
// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// staticFiles holds the design system and htmx, which tools/assets.sh updates, and the service's own styles and scripts. The files
// style/*.css are served as one file sol.css, the files script/*.js as one file sol.js.
//
//go:embed static
var staticFiles embed.FS

// StaticPath is the prefix of the addresses of static files.
const StaticPath = "/statico/"

// assetServer serves the static files. Their addresses contain a hash of all files, so that browsers may cache them for ever.
type assetServer struct {
	prefix string
	files  map[string]asset
}

type asset struct {
	mediaType      string
	plain, gzipped []byte // gzipped is nil if compression saves less than 10%
}

// loadAssets reads and compresses the static files, once in a process.
var loadAssets = sync.OnceValues(func() (*assetServer, error) {
	a := &assetServer{files: map[string]asset{}}
	sum := sha256.New()
	var style, script bytes.Buffer
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		name = strings.TrimPrefix(name, "static/")
		fmt.Fprintf(sum, "%s %d\n", name, len(content))
		sum.Write(content)
		switch path.Dir(name) {
		case "style":
			style.Write(content)
			return nil
		case "script":
			fmt.Fprintf(&script, "(() => {\n%s})();\n", content)
			return nil
		}
		return a.add(name, content)
	})
	if err == nil {
		err = errors.Join(a.add("sol.css", style.Bytes()), a.add("sol.js", script.Bytes()))
	}
	if err != nil {
		return nil, fmt.Errorf("web: static files: %w", err)
	}
	a.prefix = StaticPath + hex.EncodeToString(sum.Sum(nil))[:12] + "/"
	return a, nil
})

func (a *assetServer) add(name string, content []byte) (err error) {
	f := asset{mediaType: mime.TypeByExtension(path.Ext(name)), plain: content}
	f.gzipped, err = compress(content)
	a.files[name] = f
	return err
}

// compress returns the content compressed by gzip, or nil if that saves less than 10%, as for fonts.
func compress(content []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(content)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil || b.Len() > len(content)*9/10 {
		return nil, err
	}
	return b.Bytes(), nil
}

// url returns the address of a file. A file that does not exist is an error.
func (a *assetServer) url(name string) (string, error) {
	if _, ok := a.files[name]; !ok {
		return "", fmt.Errorf("there is no static file %s", name)
	}
	return a.prefix + name, nil
}

// ServeHTTP sends a file, compressed if the browser accepts gzip.
func (a *assetServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := a.files[strings.TrimPrefix(r.URL.Path, a.prefix)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.mediaType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	content := f.plain
	if f.gzipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		content = f.gzipped
	}
	_, _ = w.Write(content) // the client may have gone
}
