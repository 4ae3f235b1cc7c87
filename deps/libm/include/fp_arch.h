// musl has one for some architectures, none of which is here.
